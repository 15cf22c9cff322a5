"""bench/scoring/metrics/fidelity."""
