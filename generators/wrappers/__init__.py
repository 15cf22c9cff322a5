"""What generators over other libraries share.

- array_model: libraries that learn from plain arrays.
- ctgan_package: the models of the `ctgan` package.
- sdv_library: SDV's synthesizers.
- em_mixture: scikit-learn's Gaussian mixture, for `gaussian-mixture`.
- product_mixture: latent classes of numbers and categories, for `gaussian-mixture` on mixed tables.
- tree_forest: scikit-learn's trees, for `cart`.
- mixed_forest: such trees of numbers and categories, for `cart` on mixed tables.
- mixed_neighbours: SMOTE-NC, for `smote` on mixed tables.
"""
