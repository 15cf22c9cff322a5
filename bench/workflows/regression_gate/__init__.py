"""The regression gate: compares a run with the stored values of an earlier run and fails on a loss beyond noise.

- `save_baseline`: makes a baseline file from a finished run.
- `baseline`: reads and validates a baseline file; refuses a run that was made otherwise.
- `noise_rule`: the statistical rule: when a loss is a regression.
- `check`: applies the rule to every metric of a run; says which loss a check will notice.
- `check_outputs`: a check as text, Markdown, JUnit XML and GitHub annotations.
"""
