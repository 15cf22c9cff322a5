"""The metric families, one folder each. To add a metric, open `family.py` and the file that computes it.

- `validity`: types, ranges, grids.
- `fidelity`: distributions of columns, pairs and rows, against holdout.
- `detection`: the classifier two-sample test (C2ST).
- `utility`: train on synthetic, test on real (TSTR), and other tasks.
- `privacy`: copies, distances to the closest record (DCR), membership attacks.
- `latent`: KL and active units of encoders.
- `cost`: time, memory, size.
- `shared`: what families share: tables as matrices, AUC, standard deviations, sdmetrics.
"""
