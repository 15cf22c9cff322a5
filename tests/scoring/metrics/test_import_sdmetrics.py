"""PyTorch stays out of the processes of runs whose generators do not need it."""

from __future__ import annotations

import subprocess
import sys

_SCRIPT = """
import sys
import bench.scoring.metrics.shared.import_sdmetrics
print("sdmetrics" in sys.modules, "torch" in sys.modules)
import torch
print(len(torch.ones(3)))
"""


def test_sdmetrics_is_imported_without_torch_which_can_be_imported_later() -> None:
    process = subprocess.run([sys.executable, "-c", _SCRIPT], capture_output=True, text=True, check=True)
    assert process.stdout.split() == ["True", "False", "3"]
