"""What families share.

- `matrix`: tables as matrices, checks that they can be scored, scores made from arrays.
- `repeats`: identical rows: how many are expected, samples without surplus ones.
- `comparable_rows`: equally many holdout and synthetic rows.
- `numerics`: AUC, standard deviations, means of finite values.
- `sdmetrics_calls`: sdmetrics' quality and diagnostic reports.
"""
