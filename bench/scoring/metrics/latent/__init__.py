"""bench/scoring/metrics/latent."""
