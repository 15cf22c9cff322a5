"""Figures: takes figure blocks, gives SVG.

`plot` plots panels with matplotlib; `legend` holds styles of names and keys; `svg` makes and joins SVG text;
`labelled_rows` plots matrices and bars; `axis_labels` labels dates and logarithms; `label_layout` places axes and
labels.
"""
