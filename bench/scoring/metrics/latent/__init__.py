"""Latent diagnostics: how an encoder uses its latents.

- `family`: declares the metrics and scores them.
- `kl_and_active_units`: KL from the prior, active units, correlations.
"""
