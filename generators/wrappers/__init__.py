"""generators/wrappers."""
