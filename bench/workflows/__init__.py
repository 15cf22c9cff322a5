"""Synthetic rows for use, and rows that were made elsewhere."""
