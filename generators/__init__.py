"""Generators: they learn from a train table and return synthetic rows. One file per generator lies in this folder.

- adapters: classes of SDV and of scikit-learn, by name.
- networks: what the autoencoders and the flows share.
- presets: generators under other names, with other parameters.
- published: the study of the published models.
- shared: what all generators share: checked options, scaling, the form of a table.
- wrappers: what generators over other libraries share.

`spaces.toml` has the search spaces of `bench tune`.
"""
