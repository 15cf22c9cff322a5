from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bench.workflows.regression_gate.check import detectable_losses
from tests.workflows.regression_gate.made_baselines import NOISE, checked

if TYPE_CHECKING:
    from pathlib import Path

    from bench.workflows.regression_gate.baseline import Baseline


def test_what_will_be_noticed_is_the_tolerance_of_a_check(tmp_path: Path, before: Baseline) -> None:
    found = checked(tmp_path, before, seed=1)
    said = {(each.generator, each.metric.name): each.least for each in detectable_losses(before, 2)}
    for line in found.lines:
        assert line.metric is not None
        assert line.tolerance == pytest.approx(said[line.generator, line.metric.name])
    assert all(0.5 * NOISE < each.noise < 2 * NOISE for each in detectable_losses(before))


@pytest.mark.parametrize("fits", [1, 2])
def test_its_value_is_the_mean_of_all_fits(before: Baseline, fits: int) -> None:
    for each in detectable_losses(before, fits):
        values = before.values[each.dataset, each.generator][each.metric.name]
        assert each.value == pytest.approx(sum(map(sum, values)) / sum(map(len, values)))
