"""Validity: are synthetic rows well-formed?

- `family`: declares the metrics.
- `ranges_and_grids`: scores them: cells out of range, below zero or off the grid; columns of a single value.
- `kinds`: the same for tables with categories, dates or gaps; invented levels, unexpected gaps.
"""
