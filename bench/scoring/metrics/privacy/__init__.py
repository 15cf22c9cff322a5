"""Privacy: are synthetic rows closer to the training rows than to unseen rows?

- `family`: declares the metrics and scores them.
- `privacy_values`: the values of all metrics, and what depends on the split alone.
- `closest_records`: DCR, NNDR, authenticity, copies, neighbours in time.
- `membership_attacks`: membership inference attacks and their true-positive rates.
- `shadow_attack`: a membership attack that knows the generator and fits it again.
- `isolated_records`: an attack on the most isolated rows.
- `attribute_inference`: guessing the target from the other columns.
"""
