"""bench/scoring/metrics/cost."""
