"""bench/workflows/evaluation."""
