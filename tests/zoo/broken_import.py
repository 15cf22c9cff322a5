"""Cannot be imported."""

raise ImportError("no module for that")
