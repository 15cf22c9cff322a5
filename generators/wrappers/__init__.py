"""What generators over other libraries share.

- array_model: libraries that learn from plain arrays.
- ctgan_package: the models of the `ctgan` package.
- sdv_library: SDV's synthesizers.
- em_mixture: scikit-learn's Gaussian mixture, for `gaussian-mixture`.
- tree_forest: scikit-learn's trees, for `cart`.
"""
