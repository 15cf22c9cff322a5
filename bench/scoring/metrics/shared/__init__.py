"""What families share.

- `matrix`: tables as matrices, checks that they can be scored, scores made from arrays.
- `numerics`: AUC, standard deviations, means of finite values.
- `sdmetrics_calls`: sdmetrics' quality and diagnostic reports.
"""
