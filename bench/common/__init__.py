"""bench/common."""
