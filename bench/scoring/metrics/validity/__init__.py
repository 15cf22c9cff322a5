"""bench/scoring/metrics/validity."""
