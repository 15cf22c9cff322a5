"""Values of the privacy metrics: are synthetic rows closer to train than unseen rows are, and does that reveal members?

`split_artefacts` computes what depends on the split alone, the other functions the values of one synthetic table.
Unseen rows are those of holdout.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from bench.scoring.encoding import encoding_of
from bench.scoring.points import Points, most_rows

from ..shared.matrix import matrix
from ..shared.numerics import auc
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
    from bench.scoring.encoding import Encoding
    from bench.scoring.points import Rows

    from ..shared.matrix import Matrix

MOST_SECRETS = 1_000
"""At most so many records of either kind are attacked by attribute inference."""

NEAR = 0.01
"""Share of holdout rows that count as near copies of train; it defines the threshold."""

FEWEST_ROWS = 20
"""With fewer records of either kind, an attack has no value."""


class Codes(NamedTuple):
    """The real and the synthetic rows as matrices of codes."""

    train: Matrix
    holdout: Matrix
    rows: Matrix


def split_artefacts(split: Split, seed: int) -> Details:
    """Returns the arrays that the values of every table of a split need.

    Returns:
        Positions `members` in train and `others` in holdout, equally many; `spacing`: distance of each train row to the
        closest other one; `unseen`: distance of the others to the closest train row; `reference/...`: distances of
        members and others to held-out rows; `isolated/...`: positions of isolated rows of train and of holdout, and
        `isolation/...` of these; scalars, NaN if undefined: `nndr` and `authenticity` of holdout, `resolution`.
    """
    encoding = encoding_of(split.train, split.schema)
    train, holdout = (encoding.points(matrix(part, split.schema)) for part in (split.train, split.holdout))
    rng = np.random.default_rng(seed)
    count = min(len(train), len(holdout), most_rows(split.schema))
    members, others = (rng.permutation(len(table))[:count] for table in (train, holdout))
    spacing = closest_other_distance(train)
    return {
        "members": members,
        "others": others,
        "spacing": spacing,
        **_holdout_values(holdout[others], train, spacing),
        **_reference_distances(train[members], holdout[others]),
        **_isolated(train, spacing, holdout),
        "resolution": np.array(_resolution(split, encoding)),
    }


def _holdout_values(holdout: Rows, train: Rows, spacing: Matrix) -> Details:
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


def _reference_distances(members: Rows, others: Rows) -> Details:
    if len(others) < FEWEST_ROWS:
        return {}
    of_members, of_others = membership_attacks.cross_fitted(members, others)
    return {"reference/members": of_members, "reference/others": of_others}


def _isolated(train: Rows, spacing: Matrix, holdout: Rows) -> Details:
    isolations = isolated_records.isolation(train, spacing, holdout)
    chosen = [isolated_records.most_isolated(distances) for distances in isolations]
    if min(map(len, chosen)) < FEWEST_ROWS:
        return {}
    parts = dict(zip(("train", "holdout"), zip(chosen, isolations, strict=True), strict=True))
    return {f"isolated/{part}": rows for part, (rows, _) in parts.items()} | {
        f"isolation/{part}": distances[rows] for part, (rows, distances) in parts.items()
    }


def _resolution(split: Split, encoding: Encoding) -> float:
    """Returns the median distance of a row of train to its neighbour in time; NaN if rows are not in time."""
    if not split.schema.ordered:
        return float("nan")
    parts = [split.train, split.holdout]
    rows = encoding.points(np.concatenate([matrix(part, split.schema) for part in parts]))
    index = np.concatenate([part.index.to_numpy(dtype=np.int64) for part in parts])
    steps = time_steps(rows, index, np.arange(len(rows)) < len(split.train))
    return float(np.median(steps)) if len(steps) else float("nan")


def core_values(rows: Matrix, split: Split, artefacts: Arrays, seed: int) -> tuple[Matrix, dict[str, float]]:
    """Returns distances to train, and the values of the core metrics; absent or NaN if undefined.

    `rows` is a matrix of codes, `artefacts` come from `split_artefacts`. The distances are those of
    the evaluated rows to their two closest rows of train, (rows, 2), or to a single one, (rows, 1).
    """
    codes = Codes(matrix(split.train, split.schema), matrix(split.holdout, split.schema), rows)
    encoding = encoding_of(split.train, split.schema)
    train, holdout, synthetic = (encoding.points(table) for table in codes)
    members, others = train[artefacts["members"]], holdout[artefacts["others"]]
    order = np.random.default_rng(seed).permutation(len(rows))
    chosen = synthetic[order[: most_rows(split.schema)]]
    distances, positions = nearest(chosen, train, min(2, len(train)))
    to_train, to_holdout = closest_distance(chosen, members), closest_distance(chosen, others)
    spacing = artefacts["spacing"][positions[:, 0]]
    return distances, {
        "copies": copied_share(codes.rows, codes.train, codes.holdout),
        "near_copies": closer_than_unseen(distances[:, 0], artefacts["unseen"], NEAR),
        "dcr_share": closer_share(to_train, to_holdout),
        "dcr_train": float(np.median(to_train)),
        "dcr_holdout": float(np.median(to_holdout)),
        "authenticity": authenticity(distances[:, 0], spacing) if len(train) > 1 else float("nan"),
        "authenticity_holdout": float(artefacts["authenticity"]),
        **_membership(members, others, synthetic, artefacts),
        **_stretches(train, synthetic, split, encoding, seed),
        **_isolated_found(train, holdout, synthetic, artefacts),
        **_attribute_inference(codes, encoding, artefacts),
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


def _membership(members: Rows, others: Rows, rows: Rows, artefacts: Arrays) -> dict[str, float]:
    if len(others) < FEWEST_ROWS:
        return {}
    of_members, of_others = closest_distance(members, rows), closest_distance(others, rows)
    share_ties = isinstance(rows, Points)
    low, high = membership_attacks.tpr_interval(-of_members, -of_others)
    ratios = (
        membership_attacks.density_ratio(of_members, artefacts["reference/members"]),
        membership_attacks.density_ratio(of_others, artefacts["reference/others"]),
    )
    return {
        "mia_dcr_auc": auc(-of_members, -of_others),
        "mia_density_auc": auc(*ratios),
        "mia_dcr_tpr": membership_attacks.tpr(-of_members, -of_others, share_ties=share_ties),
        "mia_holdout_tpr": membership_attacks.tpr(-of_others, -of_members, share_ties=share_ties),
        "mia_dcr_tpr_low": low,
        "mia_dcr_tpr_high": high,
    }


def _stretches(train: Rows, rows: Rows, split: Split, encoding: Encoding, seed: int) -> dict[str, float]:
    """Returns how many rows of train are found against rows of stretches that no row of train is next to."""
    if split.stretches is None:
        return {}
    apart, most = encoding.points(matrix(split.stretches, split.schema)), most_rows(split.schema)
    members, others = (table[np.random.default_rng(seed).permutation(len(table))[:most]] for table in (train, apart))
    distances = (closest_distance(members, rows), closest_distance(others, rows))
    found = membership_attacks.tpr(-distances[0], -distances[1], share_ties=isinstance(rows, Points))
    return {"mia_stretch_tpr": found}


def _isolated_found(train: Rows, holdout: Rows, rows: Rows, artefacts: Arrays) -> dict[str, float]:
    if "isolated/train" not in artefacts:
        return {}
    found, by_chance = (
        isolated_records.found_share(part[artefacts[f"isolated/{name}"]], artefacts[f"isolation/{name}"], rows)
        for name, part in (("train", train), ("holdout", holdout))
    )
    return {"mia_isolated": max(found - by_chance, 0.0)}


def _attribute_inference(codes: Codes, encoding: Encoding, artefacts: Arrays) -> dict[str, float]:
    schema = encoding.schema
    if len(artefacts["others"]) < FEWEST_ROWS or len(schema.names) < 2:
        return {}
    secret = schema.position(schema.target)
    rest, is_level = encoding.without(secret), schema.columns[secret].kind == "categorical"
    known = rest.points(np.delete(codes.rows, secret, axis=1))

    members, others = (artefacts[part][:MOST_SECRETS] for part in ("members", "others"))
    records = np.concatenate([codes.train[members], codes.holdout[others]])
    known_of = rest.points(np.delete(records, secret, axis=1))
    guesses = attribute_inference.guess(known_of, known, codes.rows[:, secret])
    right = attribute_inference.guesses_right(guesses, records[:, secret], codes.train[:, secret], is_level=is_level)
    found, control = right[: len(members)], right[len(members) :]
    risk, low, high = attribute_inference.risk(int(found.sum()), len(found), int(control.sum()), len(control))
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
