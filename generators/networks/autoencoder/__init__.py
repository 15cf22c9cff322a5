"""generators/networks/autoencoder."""
