"""Figures: takes figure blocks, gives SVG.

`plot` plots panels with matplotlib; `legend` holds styles of names and keys; `svg` makes and joins SVG text;
`label_layout` places axes and labels.
"""
