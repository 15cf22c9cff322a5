"""bench/tables."""
