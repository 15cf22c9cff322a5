import random

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from bench import seeds

NAMES = st.lists(st.text() | st.integers(), min_size=1, max_size=4)


@given(st.integers(0, 2**32), NAMES, NAMES)
def test_different_names_give_different_seeds(base: int, one: list[str | int], other: list[str | int]) -> None:
    same = [str(part) for part in one] == [str(part) for part in other]
    assert (seeds.derive(base, *one) == seeds.derive(base, *other)) == same


def test_seeds_fit_every_library() -> None:
    assert all(0 <= seeds.derive(base, "x") < 2**32 for base in range(500))


def test_seeds_never_change_between_versions() -> None:
    assert seeds.derive(0, "station", "blocked", 0, "split") == 2280884071


def test_scope_seeds_and_restores_every_global_generator() -> None:
    def draw() -> tuple[float, float, float]:
        return random.random(), float(np.random.rand()), float(torch.rand(1))

    random.seed(1)
    np.random.seed(1)
    torch.manual_seed(1)
    expected = draw()
    random.seed(1)
    np.random.seed(1)
    torch.manual_seed(1)
    with seeds.scope(5):
        first = draw()
    assert draw() == expected
    with seeds.scope(5):
        assert draw() == first
