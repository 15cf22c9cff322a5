"""Validity: are synthetic rows well-formed?

- `family`: declares the metrics and scores them.
- `ranges_and_grids`: cells out of range, below zero or off the grid; columns of a single value.
"""
