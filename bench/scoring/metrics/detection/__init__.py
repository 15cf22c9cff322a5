"""Detection: can a classifier tell synthetic rows from held-out real ones?

- `family`: declares the metrics.
- `classifier_two_sample_test`: scores them: the C2ST, by boosted trees and logistic regression.
"""
