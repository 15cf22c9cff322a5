"""bench/scoring/metrics/detection."""
