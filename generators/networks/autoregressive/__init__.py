"""One masked network over a table's columns: each column is drawn given those before it (MADE, TabularARGN).

It works on arrays of complete numbers and of codes, and knows no table and no schema.

- hyperparameters: those of the generator, and the rows of its history.
- masked_network: masked layers, and the same layers one column at a time.
- level_curves: what neighbouring levels of a number share.
- level_heads: columns of tokens: embeddings, likelihood and draws.
- mixture_heads: columns of numbers as mixtures of Gaussians.
- row_model: heads and network together: the likelihood of rows, and draws of rows.
- training_loop: training with checkpoints.
- inner_leakage: how much a model knows of the rows that it was fitted to.
- learner: fits and samples arrays.
"""
