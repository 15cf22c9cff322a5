"""bench/scoring/metrics/privacy."""
