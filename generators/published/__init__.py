"""generators/published."""
