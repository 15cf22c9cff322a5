"""One file per report section, each returning plain blocks."""
