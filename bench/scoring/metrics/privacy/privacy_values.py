"""Values of the privacy metrics: are synthetic rows closer to train than unseen rows are, and does that reveal members?

`split_artefacts` computes what depends on the split alone, the other functions the values of one synthetic table.
Unseen rows are those of holdout.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..shared.matrix import matrix
from ..shared.numerics import auc, standard_deviations
from . import attribute_inference, isolated_records, membership_attacks
from .closest_records import (
    authenticity,
    closer_share,
    closer_than_unseen,
    closest_distance,
    closest_other_distance,
    copied_share,
    distance_ratio,
    nearest,
    time_steps,
)

if TYPE_CHECKING:
    from bench.api import Arrays, Details, Split

    from ..shared.matrix import Matrix

MOST_ROWS = 20_000
"""At most so many synthetic rows are evaluated and so many records attacked; train and holdout are never cut."""

MOST_SECRETS = 1_000
"""At most so many records of either kind are attacked by attribute inference."""

NEAR = 0.01
"""Share of holdout rows that count as near copies of train; it defines the threshold."""

FEWEST_ROWS = 20
"""With fewer records of either kind, an attack has no value."""


def split_artefacts(split: Split, seed: int) -> Details:
    """Returns the arrays that the values of every table of a split need.

    Returns:
        `units`; positions `members` in train and `others` in holdout, equally many; `spacing`: distance of each train
        row to the closest other one; `unseen`: distance of the others to the closest train row; `reference/...`:
        distances of members and others to held-out rows; `isolated/...`: positions of isolated rows of train and of
        holdout, and `isolation/...` of these; scalars, NaN if undefined: `nndr` and `authenticity` of holdout,
        `resolution`.
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
        **_isolated(train, spacing, holdout),
        "resolution": np.array(_resolution(split, unit)),
    }


def _holdout_values(holdout: Matrix, train: Matrix, spacing: Matrix) -> Details:
    """Returns the values of unseen rows.

    >>> _holdout_values(np.array([[0.0], [2.0]]), np.array([[0.0], [1.0]]), np.array([1.0, 1.0]))["unseen"].tolist()
    [0.0, 1.0]
    """
    distances, positions = nearest(holdout, train, min(2, len(train)))
    single = len(train) < 2
    return {
        "unseen": distances[:, 0],
        "nndr": np.array(np.nan if single else distance_ratio(distances)),
        "authenticity": np.array(np.nan if single else authenticity(distances[:, 0], spacing[positions[:, 0]])),
    }


def _reference_distances(members: Matrix, others: Matrix) -> Details:
    if len(others) < FEWEST_ROWS:
        return {}
    of_members, of_others = membership_attacks.cross_fitted(members, others)
    return {"reference/members": of_members, "reference/others": of_others}


def _isolated(train: Matrix, spacing: Matrix, holdout: Matrix) -> Details:
    isolations = isolated_records.isolation(train, spacing, holdout)
    chosen = [isolated_records.most_isolated(distances) for distances in isolations]
    if min(map(len, chosen)) < FEWEST_ROWS:
        return {}
    parts = dict(zip(("train", "holdout"), zip(chosen, isolations, strict=True), strict=True))
    return {f"isolated/{part}": rows for part, (rows, _) in parts.items()} | {
        f"isolation/{part}": distances[rows] for part, (rows, distances) in parts.items()
    }


def _resolution(split: Split, unit: Matrix) -> float:
    """Returns the median distance of a row of train to its neighbour in time; NaN if rows are not in time."""
    if not split.schema.ordered:
        return float("nan")
    parts = [split.train, split.holdout]
    rows = np.concatenate([matrix(part, split.schema) / unit for part in parts])
    index = np.concatenate([part.index.to_numpy(dtype=np.int64) for part in parts])
    steps = time_steps(rows, index, np.arange(len(rows)) < len(split.train))
    return float(np.median(steps)) if len(steps) else float("nan")


def core_values(rows: Matrix, split: Split, artefacts: Arrays, seed: int) -> tuple[Matrix, dict[str, float]]:
    """Returns distances to train, and the values of the core metrics; absent or NaN if undefined.

    `rows` are finite and in the columns' own units, `artefacts` come from `split_artefacts`. The distances are those of
    the evaluated rows to their two closest rows of train, (rows, 2), or to a single one, (rows, 1).
    """
    train, holdout = (matrix(part, split.schema) for part in (split.train, split.holdout))
    copies = copied_share(rows, train, holdout)
    train, holdout, rows = (table / artefacts["units"] for table in (train, holdout, rows))
    members, others = train[artefacts["members"]], holdout[artefacts["others"]]
    chosen = np.random.default_rng(seed).permutation(rows)[:MOST_ROWS]
    distances, positions = nearest(chosen, train, min(2, len(train)))
    to_train, to_holdout = closest_distance(chosen, members), closest_distance(chosen, others)
    spacing = artefacts["spacing"][positions[:, 0]]
    return distances, {
        "copies": copies,
        "near_copies": closer_than_unseen(distances[:, 0], artefacts["unseen"], NEAR),
        "dcr_share": closer_share(to_train, to_holdout),
        "dcr_train": float(np.median(to_train)),
        "dcr_holdout": float(np.median(to_holdout)),
        "authenticity": authenticity(distances[:, 0], spacing) if len(train) > 1 else float("nan"),
        "authenticity_holdout": float(artefacts["authenticity"]),
        **_membership(members, others, rows, artefacts),
        **_stretches(train, rows, split, artefacts, seed),
        **_isolated_found(train, holdout, rows, artefacts),
        **_attribute_inference(members, others, rows, train, split),
    }


def full_values(distances: Matrix, artefacts: Arrays) -> dict[str, float]:
    """Returns the values of the metrics that only the full set has, from distances to train; NaN if undefined."""
    resolution = float(artefacts["resolution"])
    return {
        "nndr": distance_ratio(distances) if distances.shape[1] > 1 else float("nan"),
        "nndr_holdout": float(artefacts["nndr"]),
        "resolution_limit": resolution,
        "dcr_over_resolution": float(np.median(distances[:, 0])) / resolution if resolution > 0 else float("nan"),
    }


def _membership(members: Matrix, others: Matrix, rows: Matrix, artefacts: Arrays) -> dict[str, float]:
    if len(others) < FEWEST_ROWS:
        return {}
    of_members, of_others = closest_distance(members, rows), closest_distance(others, rows)
    low, high = membership_attacks.tpr_interval(-of_members, -of_others)
    ratios = (
        membership_attacks.density_ratio(of_members, artefacts["reference/members"]),
        membership_attacks.density_ratio(of_others, artefacts["reference/others"]),
    )
    return {
        "mia_dcr_auc": auc(-of_members, -of_others),
        "mia_density_auc": auc(*ratios),
        "mia_dcr_tpr": membership_attacks.tpr(-of_members, -of_others),
        "mia_dcr_tpr_low": low,
        "mia_dcr_tpr_high": high,
    }


def _stretches(train: Matrix, rows: Matrix, split: Split, artefacts: Arrays, seed: int) -> dict[str, float]:
    """Returns how many rows of train are found against rows of stretches that no row of train is next to."""
    if split.stretches is None:
        return {}
    apart = matrix(split.stretches, split.schema) / artefacts["units"]
    members, others = (np.random.default_rng(seed).permutation(table)[:MOST_ROWS] for table in (train, apart))
    found = membership_attacks.tpr(-closest_distance(members, rows), -closest_distance(others, rows))
    return {"mia_stretch_tpr": found}


def _isolated_found(train: Matrix, holdout: Matrix, rows: Matrix, artefacts: Arrays) -> dict[str, float]:
    if "isolated/train" not in artefacts:
        return {}
    found, by_chance = (
        isolated_records.found_share(part[artefacts[f"isolated/{name}"]], artefacts[f"isolation/{name}"], rows)
        for name, part in (("train", train), ("holdout", holdout))
    )
    return {"mia_isolated": max(found - by_chance, 0.0)}


def _attribute_inference(
    members: Matrix, others: Matrix, rows: Matrix, train: Matrix, split: Split
) -> dict[str, float]:
    if len(others) < FEWEST_ROWS or len(split.schema.names) < 2:
        return {}
    secret = split.schema.names.index(split.schema.target)
    right, control = (
        attribute_inference.guesses_right(records[:MOST_SECRETS], rows, secret, train[:, secret])
        for records in (members, others)
    )
    risk, low, high = attribute_inference.risk(int(right.sum()), len(right), int(control.sum()), len(control))
    return {"attribute_inference": risk, "attribute_inference_low": low, "attribute_inference_high": high}


def missing_reason(name: str, split: Split) -> str:
    """Returns why a metric has no value."""
    if name == "mia_stretch_tpr":
        return "the split has no stretches of time with gaps beside them"
    if name == "mia_isolated":
        return f"fewer than {FEWEST_ROWS} rows of train or of holdout have no duplicate"
    if name.startswith("attribute") and len(split.schema.names) < 2:
        return "nothing is known of a record whose only column is secret"
    if name.startswith("attribute") and min(len(split.train), len(split.holdout)) >= FEWEST_ROWS:
        return "the target of every unseen row is guessed"
    if name.startswith(("mia", "attribute")):
        return f"fewer than {FEWEST_ROWS} rows of train or of holdout to attack"
    if name.startswith(("nndr", "authenticity")):
        return "train has a single row"
    if not split.schema.ordered:
        return "the rows of this table are not in time"
    return "no two neighbours in time are among the real rows, or they are equal"
