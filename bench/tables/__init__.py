"""From a name or a file to a checked data set, and from a data set to its splits.

- `table_request`: which table is requested, and what its file does not say.
- `read_files`: reads CSV and Parquet files; `read_csv`: the text of CSV files; `csv_layout`: separator and header.
- `overrides`: what a user says about columns, in flags; `table_toml`: the same in a file beside the table.
- `table_from_file`: a file becomes a data set; `checked_tables`: what a table needs to be benchmarked.
- `conform`: brings any table into the form of another.
- `infer`: the schema of a table as read; `column_kinds`, `asked_kinds`: the kind of a column, by rules or on demand.
- `plain_columns`: columns of any type as numbers, dates, categories or text.
- `number_text`, `dates`: numbers and dates that are written as text.
- `gap_codes`: cells that mean a gap; `levels`: the levels of categorical columns; `target_classes`: tasks and classes.
- `datasets`: registered names and files become checked data sets.
- `splits`: the protocols: how rows are divided into train, holdout and test.
- `stratified`: samples in which every class has its share.
- `stretches`: stretches of time that no other part has rows next to.
- `row_groups`: rows that must lie in one part: those of a group, repetitions of a row.
- `row_distances`: distances between rows of any kinds.
- `near_copies`: how many rows have a near-copy in train beyond chance.
- `leakage_audit`: what leaks between the parts of a split.
"""

from bench.tables.table_request import Missing, TableRequest, portable

__all__ = ["Missing", "TableRequest", "portable"]
