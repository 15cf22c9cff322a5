"""Detection: can a classifier tell synthetic rows from held-out real ones?

- `family`: declares the metrics and scores them.
- `classifier_two_sample_test`: the C2ST, by boosted trees and logistic regression.
"""
