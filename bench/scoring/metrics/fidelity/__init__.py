"""Fidelity: do synthetic rows follow the distribution of held-out real rows?

- `family`: declares the metrics and scores them.
- `column_distributions`: Kolmogorov-Smirnov, Wasserstein, tails, standard deviations.
- `pair_dependence`: Spearman's correlation, mutual information, and published summaries.
- `row_distributions`: energy distance, alpha-precision, beta-recall, density, coverage.
- `row_diversity`: rows that repeat each other or crowd together.
- `mixed_columns`, `mixed_pairs`, `point_distributions`: the same of tables with categories, dates or gaps.
- `mixed_metrics`, `score_mixed_metrics`: the metrics that only such tables have, from `levels`, `gaps`, `date_shapes`,
  `trivariate` (triples of columns) and `relations` (rules between columns that hold in train).
- `sdmetrics_quality`: column shapes, pair trends and quality of sdmetrics.
- `report_arrays`: densities, correlations and points for reports.
"""
