"""generators/shared."""
