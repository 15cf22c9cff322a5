"""bench/workflows/generation."""
