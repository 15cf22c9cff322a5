"""Autoencoders: from the rows of a train table to a trained network, and from codes to rows.

- learner: layers, training, and sampling around the codes of train.
- variational: the KL term, regimes of the target, and sampling from a prior.
- hyperparameters: those of every autoencoder.
- models, decoders, priors: the networks.
- training_plan: steps, annealing of the KL weight (beta), and learning-rate schedules.
- training_loop: runs the plan.
- expost_density: a density fitted to codes after training.
"""
