"""Flow matching: a network learns the velocity from noise to rows, and a solver follows it.

- learner: training and sampling.
- hyperparameters: those of every flow, and the training plan.
- training_loop: the velocity network and its training.
- probability_path: the path from noise to rows.
- ode_solvers: Runge-Kutta methods.
- latent_coder: the autoencoder of `latent-flow`, and of `flow` on tables with categories, dates or gaps.
- coder_training: trains it.
"""
