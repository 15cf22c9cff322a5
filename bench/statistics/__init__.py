"""From the values of a run to its leaderboard, with uncertainty: pure functions of numbers and tidy frames.

- `scores`: a value becomes a score between floor (0) and ceiling (1); metrics make family scores.
- `paired_tests`: confidence intervals and paired tests over overlapping splits; Holm's correction.
- `rank_uncertainty`: pairwise comparisons, rank ranges, rank probabilities, ties, other family weights.
- `across_datasets`: Friedman's, Nemenyi's and Wilcoxon's tests over several data sets.
- `variance`: mean, sample variance, and how much noise comes from training and from splits.
- `leaderboard`: all of these together: the boards of a run.
"""

from bench.statistics.leaderboard import rank, rank_frame, split_ratios
from bench.statistics.paired_tests import compare, corrected_interval, holm
from bench.statistics.scores import family_scores, loss, metric_scores, per_split

__all__ = [
    "compare",
    "corrected_interval",
    "family_scores",
    "holm",
    "loss",
    "metric_scores",
    "per_split",
    "rank",
    "rank_frame",
    "split_ratios",
]
