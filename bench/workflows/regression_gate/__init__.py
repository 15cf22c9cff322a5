"""The regression gate: a run against a baseline."""
