"""What the generators that train networks share.

Autoencoders are in `autoencoder`, flows in `flow`, and the network that draws column by column in `autoregressive`.

- learner: hyper-parameters, fit, sample, save, load and history.
- layers: perceptrons and functions of Gaussians.
- training: watched rows, epochs, the cosine schedule, averaged weights.
- column_coder: a table's numbers and codes as tokens and normal scores, and back.
- value_bins: numbers to tokens.
- within_bins: draws of a number within its bin.
- model_file: arrays and a header in one file.
"""
