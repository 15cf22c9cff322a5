"""The project's own networks on a GPU: rows as on the processor, and the same ones from the same seeds there."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pandas as pd
import pytest

from bench.plugins import entry_points
from bench.plugins.generator_facts import declared_info
from bench.testing import schema, table

pytestmark = pytest.mark.gpu

ROWS, STEPS = 400, 400
NEAR = float(np.log(2))
"""By how much the logarithm of a mean std ratio may differ; seeds alone make up to 0.39 on a processor."""


def _on_device() -> list[str]:
    """Generators that are trained in steps and may be told where."""
    found = {
        name: inspect.signature(entry_points.load("generators", name)) for name in entry_points.names("generators")
    }
    return [name for name, of in found.items() if {"steps", "device"} <= set(of.parameters)]


def _fitted(name: str, device: str, seed: int = 1) -> Any:  # noqa: ANN401
    cls = entry_points.load("generators", name)
    quick = declared_info(cls).budgets["quick"].params
    generator = cls(**{**quick, "steps": STEPS, "device": device})
    frame = table(ROWS)
    generator.fit(frame, schema(frame, ordered=True), seed=seed)
    return generator


def _spread(rows: pd.DataFrame) -> float:
    """The mean over columns of the logarithm of synthetic to real standard deviation."""
    return float(np.log(rows.std() / table(ROWS).std()).mean())


@pytest.mark.parametrize("name", _on_device())
def test_a_gpu_gives_what_a_processor_does(name: str) -> None:
    import torch

    first, again = _fitted(name, "cuda"), _fitted(name, "cuda")
    assert torch.cuda.max_memory_allocated() > 0, "nothing was put on the GPU"
    rows = first.sample(ROWS, seed=2)
    assert rows.dtypes.equals(table(ROWS).dtypes)
    assert np.isfinite(rows.to_numpy(float)).all()
    pd.testing.assert_frame_equal(rows, first.sample(ROWS, seed=2), check_exact=True)
    pd.testing.assert_frame_equal(rows, again.sample(ROWS, seed=2), check_exact=True)
    assert abs(_spread(rows) - _spread(_fitted(name, "cpu").sample(ROWS, seed=2))) < NEAR
