"""Checks plugins against the contract of their kind, and writes plugins to start from.

- `check_plugin`: finds a plugin by name or file, tries every rule of its kind, prints the results.
- `rule`: a rule as a check; what rules of generators share (a small table, a fitted generator, checks of rows).
- `mixed_table`: a small table with categories, dates and gaps.
- `generator_rules`, `optional_member_rules`, `mixed_table_rules`: the contract of generators.
- `dataset_metric_section_rules`: the contracts of data sets, metric families and report sections.
- `sample_run`: a small split and run that metric families and sections are tried on.
- `scaffold`: writes a plugin that works as written, and its test.
"""
