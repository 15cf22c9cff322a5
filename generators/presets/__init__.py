"""Presets: registered generators under other names, with other parameters.

- published: the configurations of the project's two sources.
- ablation: the project's own autoencoders with one change at a time.
- tuned: parameters that `bench tune` selected.
"""
