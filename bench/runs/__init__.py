"""bench/runs."""
