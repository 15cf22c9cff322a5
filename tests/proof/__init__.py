"""The judge judged: `make proof` measures what the metrics and the statistics notice, and writes docs/proof.md."""
