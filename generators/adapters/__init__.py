"""generators/adapters."""
