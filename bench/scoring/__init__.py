"""bench/scoring."""
