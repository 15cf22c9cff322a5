"""From a synthetic table and a split of real rows to scores.

- `score_table`: runs metric families over a table; every metric gets a value or a reason.
- `reference_rows`: tables of real or spoilt rows that give floors and ceilings.
- `bounding_values`: values of the reference rows that bound ranked metrics, for drawn splits.
- `encoding`: tables of all kinds of columns as matrices and as points; `points` has the distances between these.
- `metrics`: a folder per family; each `family.py` declares metrics and scores them with the files beside it.
"""

from bench.scoring.score_table import Scored, blank_scores, metrics_in, prepare_all, score_all, score_keys

__all__ = ["Scored", "blank_scores", "metrics_in", "prepare_all", "score_all", "score_keys"]
