"""bench/scoring/metrics/shared."""
