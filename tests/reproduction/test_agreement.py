"""When a published value agrees with ours, when it does not, and when our fits cannot tell."""

import math
from collections.abc import Sequence

import numpy as np
import pytest

from bench.api import Preset
from bench.reproduction.agreement import WIDEST, Agreement, agrees, half_width
from bench.reproduction.page import page
from bench.reproduction.plan import configuration
from bench.reproduction.study import Study, Variant


@pytest.mark.parametrize(("fits", "factor"), [(2, 15.56), (3, 4.97), (5, 3.04), (1000, 1.96)])
def test_the_interval_widens_where_fits_are_few(fits: int, factor: float) -> None:
    values = np.random.default_rng(fits).normal(size=fits)
    assert half_width(values.tolist()) / values.std(ddof=1) == pytest.approx(factor, abs=0.01)


def test_one_more_fit_lies_in_the_interval_in_95_cases_of_100() -> None:
    draws = np.random.default_rng(0).normal(size=(2000, 5))
    inside = [abs(row[:4].mean() - row[4]) <= half_width(row[:4].tolist()) for row in draws]
    assert np.mean(inside) == pytest.approx(0.95, abs=0.015)


SURE = [10.0, 10.1, 9.9]
"""Mean 10, half width 0.497."""


@pytest.mark.parametrize(
    ("ours", "published", "said"),
    [
        (SURE, 10.4, "yes"),
        (SURE, 10.6, "no"),
        ([33.0, 16.0, 51.0], 30.0, "too wide to say"),
        ([33.0, 16.0, 51.0], 300.0, "no"),
        ([30.0], 30.0, "too wide to say"),
        ([30.0, 30.0], 30.0, "yes"),
        ([30.0, 30.0], 31.0, "no"),
        ([0.3949, 0.3949], 0.395, "yes"),
        ([1e-8, 2e-8, 3e-8], 0.0, "yes"),
        ([0.0, 0.01, 0.02], 0.0, "too wide to say"),
    ],
)
def test_agreement_is_of_three_kinds(ours: Sequence[float], published: float, said: Agreement) -> None:
    assert agrees(ours, published) == said


def test_too_wide_is_beyond_half_of_the_published_value() -> None:
    unit = half_width([-1.0, 0.0, 1.0])
    for times, said in ((0.99, "yes"), (1.01, "too wide to say")):
        step = times * WIDEST * 10 / unit
        assert agrees([10 - step, 10.0, 10 + step], 10.0) == said
    assert math.isinf(half_width([1.0]))


def test_the_page_counts_each_kind_and_says_why() -> None:
    published = {"agreeing": 10.4, "off": 10.6, "wide": 30.0, "absent": 1.0}
    presets = {"a": Preset("vae", {}, "a", "nowhere", published)}
    study = Study(
        title="t",
        dataset="none",
        presets="none",
        measures={name: name for name in published},
        protocol=lambda held_out: {"validation": held_out},
        explanations={("a", "wide"): "a seed decides.", ("a", "agreeing"): "unused"},
    )
    rows = {"all": 10, "train": 8, "validation": 2}
    ours = {"agreeing": SURE, "off": SURE, "wide": [33.0, 16.0, 51.0]}
    fits = {
        str(seed): {"status": "ok", "values": {name: values[seed] for name, values in ours.items()}}
        for seed in range(3)
    }
    what = configuration(Variant("a"), study, presets, rows)
    stored = {"dataset": {"name": "d", "source": "s", "rows": rows}, "fits": {what.id: {"seeds": fits}}}
    text = page(study, presets, stored)
    assert "Of 3 published values 1 agree, 1 do not, and of 1 our fits spread too widely to say." in text
    assert "mean ± t s sqrt(1 + 1/n)" in text
    assert "| a | agreeing | 10.4 | 10 ± 0.1 (9.9 to 10.1) | 9.503 to 10.5 | yes |" in text
    assert "| a | absent | 1 | - | - | - |" in text
    assert "Why not:\n\n- a, off: not explained." in text
    assert "Why our fits spread so widely:\n\n- a, wide: a seed decides." in text
    assert "unused" not in text
