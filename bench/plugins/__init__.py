"""bench/plugins."""
