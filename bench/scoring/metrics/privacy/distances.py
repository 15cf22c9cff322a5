"""Whether rows are closer to train than rows never seen are, and whether that gives members of train away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..shared.matrix import matrix
from . import membership_attacks
from .nearest_rows import TIE, authentic, closer, closest, identical, nearest, own_closest, ratio, units
from .time_neighbours import matched, time_steps

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bench.api import Arrays, Details, Split

    from ..shared.matrix import Matrix

MOST = 20_000
"""Rows that are judged, and records that are attacked, at most; what they are compared with is never cut."""

NEAR = 0.01
"""Share of holdout rows that count as near copies of train: the threshold's definition."""

FEWEST = 20
"""Records of either kind below which an attack is not graded."""


def references(split: Split, seed: int) -> Details:
    """What every table of a split is judged with.

    Returns:
        `units`; positions `members` in train and `others` in holdout, two sets of one size; `spacing` of train's
        rows; `reference/...`: distances of members and others to held-out rows; scalars, NaN where undefined:
        `near` (the near-copy threshold), `nndr` and `authenticity` of holdout, `resolution`; `blocked/...`: see
        `_blocked`.
    """
    train, holdout = matrix(split.train, split.schema), matrix(split.holdout, split.schema)
    unit = units(train)
    train, holdout = train / unit, holdout / unit
    rng = np.random.default_rng(seed)
    count = min(len(train), len(holdout), MOST)
    members, others = (rng.permutation(len(table))[:count] for table in (train, holdout))
    spacing = own_closest(train)
    return {
        "units": unit,
        "members": members,
        "others": others,
        "spacing": spacing,
        **_of_holdout(holdout[others], train, spacing),
        **_reference_distances(train[members], holdout[others]),
        "resolution": np.array(_resolution(split, unit)),
        **_blocked(split, unit, rng),
    }


def _of_holdout(holdout: Matrix, train: Matrix, spacing: Matrix) -> Details:
    """How rows never seen lie to train; what `near` copies are is said by the closest hundredth of them.

    >>> _of_holdout(np.array([[0.0], [2.0]]), np.array([[0.0], [1.0]]), np.array([1.0, 1.0]))["near"]
    array(0.01)
    """
    distances, at = nearest(holdout, train, min(2, len(train)))
    lone = len(train) < 2
    return {
        "near": np.array(np.quantile(distances[:, 0], NEAR)),
        "nndr": np.array(np.nan if lone else ratio(distances)),
        "authenticity": np.array(np.nan if lone else authentic(distances[:, 0], spacing[at[:, 0]])),
    }


def _reference_distances(members: Matrix, others: Matrix) -> Details:
    if len(others) < FEWEST:
        return {}
    of_members, of_others = membership_attacks.cross_fitted(members, others)
    return {"reference/members": of_members, "reference/others": of_others}


def _resolution(split: Split, unit: Matrix) -> float:
    """How far a row of train is from its neighbour in time, at the median; NaN on unordered tables."""
    if not split.schema.ordered:
        return float("nan")
    parts = [split.train, split.holdout]
    rows = np.concatenate([matrix(part, split.schema) / unit for part in parts])
    index = np.concatenate([part.index.to_numpy(dtype=np.int64) for part in parts])
    steps = time_steps(rows, index, np.arange(len(rows)) < len(split.train))
    return float(np.median(steps)) if len(steps) else float("nan")


def _blocked(split: Split, unit: Matrix, rng: np.random.Generator) -> Details:
    """Positions in train and in test (whole blocks, away from train in time) matched on the target.

    And, as `blocked/holdout`, the share of holdout rows that are closer to these train rows than to these test rows.
    """
    if not (split.schema.ordered and split.protocol == "blocked"):
        return {}
    target = split.schema.columns.index(split.schema.target)
    train, test, holdout = (matrix(part, split.schema) / unit for part in (split.train, split.test, split.holdout))
    most = min(len(train), len(test), MOST)
    in_train, in_test = matched(train[:, target], test[:, target], most, rng)
    found: Details = {"blocked/train": in_train, "blocked/test": in_test}
    if len(in_test) >= FEWEST:
        share = closer(closest(holdout[:MOST], train[in_train]), closest(holdout[:MOST], test[in_test]))
        found["blocked/holdout"] = np.array(share)
    return found


@dataclass(frozen=True, slots=True)
class Judged:
    """A synthetic table beside the real rows, all scaled.

    Attributes:
        rows: the synthetic rows that are judged, (rows, columns).
        train: (train rows, columns).
        two: distances of `rows` to their two closest rows of train, (rows, 2); one where train has one row.
        at: positions of these in train, of the shape of `two`.
        members: distance of each attacked row of train to its closest synthetic row, (records,).
        others: likewise of the attacked rows of holdout.
    """

    rows: Matrix
    train: Matrix
    two: Matrix
    at: NDArray[np.int64]
    members: Matrix
    others: Matrix


def judge(rows: Matrix, split: Split, known: Arrays, seed: int) -> tuple[Judged, dict[str, float]]:
    """The neighbours of a table, and the values of the core metrics; NaN where undefined.

    Args:
        rows: (rows, columns), finite, in the columns' own units.
        split: the real rows.
        known: of `references`.
        seed: draws the rows that are judged, if there are too many.
    """
    train, holdout = (matrix(part, split.schema) for part in (split.train, split.holdout))
    copies = float(identical(rows, train).mean())
    train, holdout, rows = (table / known["units"] for table in (train, holdout, rows))
    members, others = train[known["members"]], holdout[known["others"]]
    judged = np.random.default_rng(seed).permutation(rows)[:MOST]
    two, at = nearest(judged, train, min(2, len(train)))
    attacked = Judged(judged, train, two, at, closest(members, rows), closest(others, rows))
    near, far = closest(judged, members), closest(judged, others)
    return attacked, {
        "copies": copies,
        "near_copies": float((two[:, 0] <= float(known["near"]) + TIE).mean()),
        "dcr_share": closer(near, far),
        "dcr_train": float(np.median(near)),
        "dcr_holdout": float(np.median(far)),
        "authenticity": authentic(two[:, 0], known["spacing"][at[:, 0]]) if len(train) > 1 else float("nan"),
        "authenticity_holdout": float(known["authenticity"]),
        **_grades("mia_dcr", -attacked.members, -attacked.others),
    }


def more(judged: Judged, split: Split, known: Arrays) -> dict[str, float]:
    """The values of the other metrics; absent or NaN where undefined."""
    resolution = float(known["resolution"])
    return {
        "nndr": ratio(judged.two) if len(judged.train) > 1 else float("nan"),
        "nndr_holdout": float(known["nndr"]),
        **_density_attack(judged, known),
        "resolution_limit": resolution,
        "dcr_over_resolution": float(np.median(judged.two[:, 0])) / resolution if resolution > 0 else float("nan"),
        **_against_blocks(judged, split, known),
    }


def _density_attack(judged: Judged, known: Arrays) -> dict[str, float]:
    if "reference/members" not in known:
        return {}
    members = membership_attacks.density_ratio(judged.members, known["reference/members"])
    others = membership_attacks.density_ratio(judged.others, known["reference/others"])
    return _grades("mia_density", members, others)


def _against_blocks(judged: Judged, split: Split, known: Arrays) -> dict[str, float]:
    if "blocked/holdout" not in known:
        return {}
    test = (matrix(split.test, split.schema) / known["units"])[known["blocked/test"]]
    share = closer(closest(judged.rows, judged.train[known["blocked/train"]]), closest(judged.rows, test))
    return {"dcr_share_blocked": share, "dcr_share_blocked_holdout": float(known["blocked/holdout"])}


def _grades(attack: str, members: Matrix, others: Matrix) -> dict[str, float]:
    if len(others) < FEWEST:
        return {}
    low, high = membership_attacks.tpr_interval(members, others)
    return {
        f"{attack}_auc": membership_attacks.auc(members, others),
        f"{attack}_tpr": membership_attacks.tpr(members, others),
        f"{attack}_tpr_low": low,
        f"{attack}_tpr_high": high,
    }


def why(name: str, split: Split) -> str:
    """Why a metric has no value."""
    if name.startswith("mia"):
        return f"fewer than {FEWEST} rows of train or of holdout to attack"
    if name.startswith(("nndr", "authenticity")):
        return "train has a single row"
    if not split.schema.ordered:
        return "the rows of this table are not in time"
    if not name.startswith("dcr_share_blocked"):
        return "no two neighbours in time are among the real rows, or they are equal"
    few = f"fewer than {FEWEST} rows of test can be matched with train's target"
    return few if split.protocol == "blocked" else "only the blocked protocol has rows away from train in time"
