"""Imports sdmetrics without PyTorch; the process that tasks are forked from imports this module.

sdmetrics imports PyTorch for a metric that is not used here. That takes as long as all other imports of scoring
together, so it is left out here. A generator that needs PyTorch imports it as always.

    >>> sdmetrics.__name__
    'sdmetrics'
"""

from __future__ import annotations

import sys
from contextlib import suppress
from importlib.abc import MetaPathFinder


class _WithoutTorch(MetaPathFinder):
    """Finds no PyTorch, as if it were not installed."""

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> None:
        """Leaves all other modules to the other finders."""
        if fullname == "torch":
            raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)


_finder = _WithoutTorch()
sys.meta_path.insert(0, _finder)
try:
    with suppress(ImportError):
        import sdmetrics as sdmetrics
finally:
    sys.meta_path.remove(_finder)
