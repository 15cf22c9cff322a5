"""An honest benchmark for synthetic-table generators."""

__version__ = "0.1.0"
