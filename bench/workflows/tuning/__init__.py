"""Tunes a generator within train rows."""
