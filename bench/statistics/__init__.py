"""From the values of a run to its leaderboard, with uncertainty: pure functions of numbers and tidy frames.

- `scores`: a value becomes a score between floor (0) and ceiling (1); metrics make family scores.
- `paired_tests`: confidence intervals and paired tests over overlapping splits; Holm's correction.
- `moderation`: with few splits, the variance of a difference borrows from the other pairs of the board.
- `rank_uncertainty`: pairwise comparisons, rank ranges, ties, other family weights.
- `rank_bootstrap`: how likely each rank is.
- `implausible_rows`: rows that only somebody who knew the holdout could have made.
- `across_datasets`: Friedman's, Nemenyi's and Wilcoxon's tests over several data sets.
- `variance`: mean, sample variance, and how much noise comes from training and from splits.
- `drawn_values`: values on drawn splits, which decide which metrics enter, as a frame.
- `leaderboard`: all of these together: the boards of a run.
"""

from bench.statistics.leaderboard import rank as rank
from bench.statistics.leaderboard import rank_frame as rank_frame
from bench.statistics.leaderboard import split_ratios as split_ratios
from bench.statistics.paired_tests import compare as compare
from bench.statistics.paired_tests import corrected_interval as corrected_interval
from bench.statistics.paired_tests import holm as holm
from bench.statistics.scores import family_scores as family_scores
from bench.statistics.scores import loss as loss
from bench.statistics.scores import metric_scores as metric_scores
from bench.statistics.scores import per_split as per_split
