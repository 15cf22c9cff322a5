"""The attack on isolated records, against brute force and on rows of one distribution."""

from __future__ import annotations

import numpy as np
import pytest

from bench.scoring.metrics.privacy.closest_records import any_within, closest_distance, closest_other_distance
from bench.scoring.metrics.privacy.isolated_records import found_share, isolation, most_isolated, radius


def gaps(rows: np.ndarray, reference: np.ndarray) -> np.ndarray:
    return np.asarray(np.abs(rows[:, None] - reference[None]).mean(axis=2))


def test_isolation_is_measured_among_all_other_real_rows() -> None:
    rng = np.random.default_rng(0)
    train, holdout = rng.normal(size=(60, 3)), rng.normal(size=(40, 3))
    both = np.concatenate([train, holdout])
    expected = (gaps(both, both) + np.diag(np.full(100, np.inf))).min(axis=1)
    of_train, of_holdout = isolation(train, closest_other_distance(train), holdout)
    assert np.concatenate([of_train, of_holdout]) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(("rows", "expected"), [(1000, 100), (205, 21), (60, 20), (7, 7)])
def test_a_tenth_is_isolated_but_at_least_twenty_rows(rows: int, expected: int) -> None:
    distances = np.random.default_rng(0).exponential(size=rows)
    chosen = most_isolated(distances)
    assert len(chosen) == expected
    assert distances[chosen].min() >= np.sort(distances)[-expected]


def test_found_records_agree_with_brute_force() -> None:
    rng = np.random.default_rng(0)
    records, synthetic, isolations = rng.normal(size=(50, 2)), rng.normal(size=(400, 2)), rng.uniform(0.5, 3, size=50)
    expected = [
        (gaps(row[None], synthetic) <= radius(2) * far).any() for row, far in zip(records, isolations, strict=True)
    ]
    assert found_share(records, isolations, synthetic) == pytest.approx(np.mean(expected))
    assert 0 < np.mean(expected) < 1


@pytest.mark.parametrize("columns", [1, 2, 3, 6, 9])
def test_rows_of_the_same_distribution_find_few_and_copies_all(columns: int) -> None:
    rng = np.random.default_rng(columns)
    train, fresh = rng.normal(size=(2, 1000, columns))
    distances = closest_other_distance(train)
    chosen = most_isolated(distances)
    assert found_share(train[chosen], distances[chosen], fresh) <= 0.02
    assert found_share(train[chosen], distances[chosen], train) == 1


@pytest.mark.parametrize("decimals", [0, 1, 8])
def test_a_search_within_radii_agrees_with_all_distances(decimals: int) -> None:
    rng = np.random.default_rng(decimals)
    rows, reference = rng.normal(size=(300, 5)).round(decimals), rng.normal(size=(200, 5)).round(decimals)
    # Radii that are distances: on a grid, many rows are exactly as far away as their radius.
    radii = rng.permutation(closest_distance(rows, reference))
    found = any_within(rows, reference, radii)
    assert found.tolist() == (closest_distance(rows, reference) <= radii).tolist()
    assert 0 < found.mean() < 1
