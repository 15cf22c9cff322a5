"""The study of the published models, which `bench reproduce` runs.

- study: its protocol, measures and findings.
- training_experiments: findings 1 to 4, on how the models were trained.
- reporting_experiments: findings 5 to 7, on what was reported of them.
- explanations: why published values differ from refits.
- seed_statistics: summaries over seeds.
"""
