"""Cost: time and memory of fitting and sampling, size of the model; all in `family`."""
