"""generators/networks."""
