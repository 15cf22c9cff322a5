"""From a name or a file to a checked data set, and from a data set to its splits.

- `table_request`: which table is requested, and what its file does not say.
- `read_files`: reads CSV and Parquet files.
- `datasets`: registered names and files become checked data sets.
- `splits`: the protocols: how rows are divided into train, holdout and test.
- `stretches`: stretches of time that no other part has rows next to.
- `row_groups`: rows that must lie in one part: those of a group, repetitions of a row.
- `near_copies`: how many rows have a near-copy in train beyond chance.
- `leakage_audit`: what leaks between the parts of a split.
"""

from bench.tables.table_request import Missing, TableRequest, portable

__all__ = ["Missing", "TableRequest", "portable"]
