"""What all generators share.

- generator_base: checked options, fitted state, progress, torch's device and threads.
- option_checks: choices and ranges of hyper-parameters, stated in annotations.
- scaling: a table's values to features and back.
- table_form: names, types, ranges and grids of train, for synthetic rows.
"""
