"""generators/presets."""
