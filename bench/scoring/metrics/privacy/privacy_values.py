"""Values of the privacy metrics: are synthetic rows closer to train than unseen rows are, and does that reveal members?

`split_artefacts` computes what depends on the split alone, the other functions the values of one synthetic table.
Unseen rows are those of holdout.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..shared.matrix import matrix
from ..shared.numerics import auc, standard_deviations
from . import membership_attacks
from .closest_records import (
    TIE,
    authenticity,
    closer_share,
    closest_distance,
    closest_other_distance,
    distance_ratio,
    identical,
    match_targets,
    nearest,
    time_steps,
)

if TYPE_CHECKING:
    from bench.api import Arrays, Details, Split

    from ..shared.matrix import Matrix

MOST_ROWS = 20_000
"""At most so many synthetic rows are evaluated and so many records attacked; train and holdout are never cut."""

NEAR = 0.01
"""Share of holdout rows that count as near copies of train; it defines the threshold."""

FEWEST_ROWS = 20
"""With fewer records of either kind, an attack has no value."""


def split_artefacts(split: Split, seed: int) -> Details:
    """Returns the arrays that the values of every table of a split need.

    Returns:
        `units`; positions `members` in train and `others` in holdout, equally many; `spacing`: distance of each train
        row to the closest other one; `reference/...`: distances of members and others to held-out rows; scalars, NaN
        if undefined: `near` (the near-copy threshold), `nndr` and `authenticity` of holdout, `resolution`;
        `blocked/...`: see `_matched_blocks`.
    """
    train, holdout = matrix(split.train, split.schema), matrix(split.holdout, split.schema)
    unit = standard_deviations(train, constant=1.0)
    train, holdout = train / unit, holdout / unit
    rng = np.random.default_rng(seed)
    count = min(len(train), len(holdout), MOST_ROWS)
    members, others = (rng.permutation(len(table))[:count] for table in (train, holdout))
    spacing = closest_other_distance(train)
    return {
        "units": unit,
        "members": members,
        "others": others,
        "spacing": spacing,
        **_holdout_values(holdout[others], train, spacing),
        **_reference_distances(train[members], holdout[others]),
        "resolution": np.array(_resolution(split, unit)),
        **_matched_blocks(split, unit, rng),
    }


def _holdout_values(holdout: Matrix, train: Matrix, spacing: Matrix) -> Details:
    """Returns the values of unseen rows, and the near-copy threshold: the 1 % quantile of their distances to train.

    >>> _holdout_values(np.array([[0.0], [2.0]]), np.array([[0.0], [1.0]]), np.array([1.0, 1.0]))["near"]
    array(0.01)
    """
    distances, positions = nearest(holdout, train, min(2, len(train)))
    single = len(train) < 2
    return {
        "near": np.array(np.quantile(distances[:, 0], NEAR)),
        "nndr": np.array(np.nan if single else distance_ratio(distances)),
        "authenticity": np.array(np.nan if single else authenticity(distances[:, 0], spacing[positions[:, 0]])),
    }


def _reference_distances(members: Matrix, others: Matrix) -> Details:
    if len(others) < FEWEST_ROWS:
        return {}
    of_members, of_others = membership_attacks.cross_fitted(members, others)
    return {"reference/members": of_members, "reference/others": of_others}


def _resolution(split: Split, unit: Matrix) -> float:
    """Returns the median distance of a row of train to its neighbour in time; NaN if rows are not in time."""
    if not split.schema.ordered:
        return float("nan")
    parts = [split.train, split.holdout]
    rows = np.concatenate([matrix(part, split.schema) / unit for part in parts])
    index = np.concatenate([part.index.to_numpy(dtype=np.int64) for part in parts])
    steps = time_steps(rows, index, np.arange(len(rows)) < len(split.train))
    return float(np.median(steps)) if len(steps) else float("nan")


def _matched_blocks(split: Split, unit: Matrix, rng: np.random.Generator) -> Details:
    """Returns positions in train and in test (whole blocks, away from train in time), matched on the target.

    `blocked/holdout` is the share of holdout rows that are closer to these train rows than to these test rows.
    """
    if not (split.schema.ordered and split.protocol == "blocked"):
        return {}
    target = split.schema.columns.index(split.schema.target)
    train, test, holdout = (matrix(part, split.schema) / unit for part in (split.train, split.test, split.holdout))
    most = min(len(train), len(test), MOST_ROWS)
    in_train, in_test = match_targets(train[:, target], test[:, target], most, rng)
    arrays: Details = {"blocked/train": in_train, "blocked/test": in_test}
    if len(in_test) >= FEWEST_ROWS:
        share = _share_closer(holdout[:MOST_ROWS], train[in_train], test[in_test])
        arrays["blocked/holdout"] = np.array(share)
    return arrays


def _share_closer(rows: Matrix, first: Matrix, second: Matrix) -> float:
    return closer_share(closest_distance(rows, first), closest_distance(rows, second))


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The neighbours of a synthetic table among real rows and of real rows in it, all scaled.

    Attributes:
        rows: the synthetic rows that are evaluated, (rows, columns).
        train: (train rows, columns).
        distances: of `rows` to their two closest rows of train, (rows, 2); one if train has a single row.
        members: distance of each attacked row of train to its closest synthetic row, (records,).
        others: the same for the attacked rows of holdout.
    """

    rows: Matrix
    train: Matrix
    distances: Matrix
    members: Matrix
    others: Matrix


def core_values(rows: Matrix, split: Split, artefacts: Arrays, seed: int) -> tuple[Neighbours, dict[str, float]]:
    """Returns the neighbours of a table, and the values of the core metrics; NaN if undefined.

    `rows` are finite and in the columns' own units, `artefacts` come from `split_artefacts`.
    """
    train, holdout = (matrix(part, split.schema) for part in (split.train, split.holdout))
    copies = float(identical(rows, train).mean())
    train, holdout, rows = (table / artefacts["units"] for table in (train, holdout, rows))
    members, others = train[artefacts["members"]], holdout[artefacts["others"]]
    of_members, of_others = closest_distance(members, rows), closest_distance(others, rows)
    chosen = np.random.default_rng(seed).permutation(rows)[:MOST_ROWS]
    distances, positions = nearest(chosen, train, min(2, len(train)))
    to_train, to_holdout = closest_distance(chosen, members), closest_distance(chosen, others)
    spacing = artefacts["spacing"][positions[:, 0]]
    return Neighbours(chosen, train, distances, of_members, of_others), {
        "copies": copies,
        "near_copies": float((distances[:, 0] <= float(artefacts["near"]) + TIE).mean()),
        "dcr_share": closer_share(to_train, to_holdout),
        "dcr_train": float(np.median(to_train)),
        "dcr_holdout": float(np.median(to_holdout)),
        "authenticity": authenticity(distances[:, 0], spacing) if len(train) > 1 else float("nan"),
        "authenticity_holdout": float(artefacts["authenticity"]),
        **_attack_values("mia_dcr", -of_members, -of_others),
    }


def full_values(neighbours: Neighbours, split: Split, artefacts: Arrays) -> dict[str, float]:
    """Returns the values of the metrics that only the full set has; absent or NaN if undefined."""
    resolution, distances = float(artefacts["resolution"]), neighbours.distances
    return {
        "nndr": distance_ratio(distances) if len(neighbours.train) > 1 else float("nan"),
        "nndr_holdout": float(artefacts["nndr"]),
        **_density_attack(neighbours, artefacts),
        "resolution_limit": resolution,
        "dcr_over_resolution": float(np.median(distances[:, 0])) / resolution if resolution > 0 else float("nan"),
        **_blocked_values(neighbours, split, artefacts),
    }


def _density_attack(neighbours: Neighbours, artefacts: Arrays) -> dict[str, float]:
    if "reference/members" not in artefacts:
        return {}
    members = membership_attacks.density_ratio(neighbours.members, artefacts["reference/members"])
    others = membership_attacks.density_ratio(neighbours.others, artefacts["reference/others"])
    return _attack_values("mia_density", members, others)


def _blocked_values(neighbours: Neighbours, split: Split, artefacts: Arrays) -> dict[str, float]:
    if "blocked/holdout" not in artefacts:
        return {}
    test = (matrix(split.test, split.schema) / artefacts["units"])[artefacts["blocked/test"]]
    share = _share_closer(neighbours.rows, neighbours.train[artefacts["blocked/train"]], test)
    return {"dcr_share_blocked": share, "dcr_share_blocked_holdout": float(artefacts["blocked/holdout"])}


def _attack_values(attack: str, members: Matrix, others: Matrix) -> dict[str, float]:
    if len(others) < FEWEST_ROWS:
        return {}
    low, high = membership_attacks.tpr_interval(members, others)
    return {
        f"{attack}_auc": auc(members, others),
        f"{attack}_tpr": membership_attacks.tpr(members, others),
        f"{attack}_tpr_low": low,
        f"{attack}_tpr_high": high,
    }


def missing_reason(name: str, split: Split) -> str:
    """Returns why a metric has no value."""
    if name.startswith("mia"):
        return f"fewer than {FEWEST_ROWS} rows of train or of holdout to attack"
    if name.startswith(("nndr", "authenticity")):
        return "train has a single row"
    if not split.schema.ordered:
        return "the rows of this table are not in time"
    if not name.startswith("dcr_share_blocked"):
        return "no two neighbours in time are among the real rows, or they are equal"
    few = f"fewer than {FEWEST_ROWS} rows of test can be matched with train's target"
    return few if split.protocol == "blocked" else "only the blocked protocol has rows away from train in time"
