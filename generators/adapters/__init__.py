"""Adapters: generators over classes of other libraries, which a run names as `sdv:CLASS` or `sklearn:PATH`.

- sdv: single-table synthesizers of SDV.
- sklearn: classes with `fit(X)` and `sample(n)`.
"""
