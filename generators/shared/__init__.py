"""What all generators share.

- conditions: rows with one level of a category.
- generator_base: checked options, fitted state, progress, torch's device and threads.
- option_checks: choices and ranges of hyper-parameters, stated in annotations.
- mixed_columns: a column with categories, dates or gaps as a number or a code, and back.
- mixed_form: a table with such columns as numbers and codes, and back.
- mixed_scores: normal scores of the numbers of such a table, whose repeated values come back exactly.
- scaling: a table's values to features and back.
- table_form: names, types, ranges and grids of train, for synthetic rows.
"""
