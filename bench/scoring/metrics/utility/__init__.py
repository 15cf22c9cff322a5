"""bench/scoring/metrics/utility."""
