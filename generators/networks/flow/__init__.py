"""generators/networks/flow."""
