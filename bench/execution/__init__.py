"""Trials, and where and when they run."""
