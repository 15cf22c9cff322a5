"""What the generators that train networks share: autoencoders in `autoencoder`, flows in `flow`.

- learner: hyper-parameters, fit, sample, save, load and history.
- layers: perceptrons and functions of Gaussians.
- training: watched rows, epochs, the cosine schedule, averaged weights.
- model_file: arrays and a header in one file.
"""
