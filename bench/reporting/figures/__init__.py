"""bench/reporting/figures."""
