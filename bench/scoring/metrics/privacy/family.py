"""Privacy: are synthetic rows closer to the rows that were trained on than to ones never seen?"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from bench.api import Context, Family, Metric, Score, Split, Target

if TYPE_CHECKING:
    from bench.api import Details

_ME = "privacy"
# Leaking as much as rows between train rows scores 0; averaged over all records, so does leaking as much as copies
# that are blurred to the resolution limit.
_metric = partial(Metric, family=_ME, floor="interpolated", ceiling="holdout-half")
_slow = partial(_metric, within="full")
_ANY = (0.0, float("inf"))
_DISTANCE = "mean over columns of |difference| / standard deviation in train"
_CAP = "at most 20,000 rows"
_DCR_ATTACK = (
    "GAN-Leaks (Chen et al. 2020, arXiv:1909.03935): attack score: minus the distance to the closest synthetic row; "
    f"{_DISTANCE}; as many members as non-members, {_CAP}"
)
_DENSITY_ATTACK = (
    "DOMIAS (van Breugel et al. 2023, arXiv:2302.12580) with nearest-neighbour densities: synthetic rows 1st, "
    f"the other half of holdout 3rd neighbour; as many members as non-members, {_CAP}"
)
_INTERVAL = "order statistics for the threshold, Clopper and Pearson 1934 for the rate, 97.5 % each"
_AUTHENTICITY = "Alaa et al. 2022, arXiv:2102.08921, section 4.2"
_NNDR = f"nearest-neighbour distance ratio (Lowe 2004); {_DISTANCE}; {_CAP}"


def _rates(attack: str, said: str, source: str, declare: partial[Metric], *, ranked: bool) -> tuple[Metric, ...]:
    rate = partial(declare, better=Target(0.01, "above"))
    return (
        rate(
            name=f"{attack}_tpr",
            ranked=ranked,
            source=f"{source}; Carlini et al. 2022, arXiv:2112.03570",
            meaning=f"share of train rows that {said} finds while accusing 1 % of unseen rows: 0.01 is chance",
        ),
        rate(name=f"{attack}_tpr_low", source=_INTERVAL, meaning=f"lower end of the 95 % interval of {attack}_tpr"),
        rate(name=f"{attack}_tpr_high", source=_INTERVAL, meaning=f"upper end of the 95 % interval of {attack}_tpr"),
    )


_METRICS = (
    _metric(
        name="copies",
        better="lower",
        ranked=True,
        floor="copy",
        source="exact equality in all columns",
        meaning="share of rows identical to a row of train",
    ),
    _metric(
        name="near_copies",
        better="lower",
        ranked=True,
        source=f"threshold: 1 % quantile of holdout's distances to train; {_DISTANCE}; {_CAP}",
        meaning="share of rows closer to train than all but 1 % of rows never seen are: 0.01 is what such rows score",
    ),
    _metric(
        name="mia_dcr_auc",
        better=Target(0.5, "above"),
        ranked=True,
        floor="near-copy",
        source=_DCR_ATTACK,
        meaning="AUC of telling train from unseen rows by how close a synthetic row is: 0.5 gives no member away",
    ),
    _slow(
        name="mia_density_auc",
        better=Target(0.5, "above"),
        ranked=True,
        floor="near-copy",
        source=_DENSITY_ATTACK,
        meaning="AUC of telling train from unseen rows by synthetic over real density: 0.5 gives no member away",
    ),
    _metric(
        name="dcr_share",
        better=Target(0.5, "above"),
        source=f"distance to closest record, train cut to the size of holdout, {_CAP}; {_DISTANCE}",
        meaning="share of rows closer to train than to holdout, ties half; cut from 4 times the rows, a copy has 0.63",
    ),
    _metric(
        name="dcr_train",
        better="higher",
        range=_ANY,
        source=f"{_DISTANCE}; {_CAP}",
        meaning="median distance to the closest row of train (cut to the size of holdout); no end is better alone",
    ),
    _metric(
        name="dcr_holdout",
        better="lower",
        range=_ANY,
        source=f"{_DISTANCE}; {_CAP}",
        meaning="median distance to the closest row of holdout; to be read beside dcr_train",
    ),
    _metric(
        name="authenticity",
        better="higher",
        source=f"{_AUTHENTICITY}; {_CAP}",
        meaning="share of rows farther from their closest train row than that is from the rest of train",
    ),
    _metric(
        name="authenticity_holdout",
        better="higher",
        source=f"{_AUTHENTICITY}; {_CAP}",
        meaning="authenticity of holdout: what rows never seen score; to be read beside authenticity",
    ),
    # An AUC hides a few rows that leak; it is the other attack's noisier rate that would add noise only.
    *_rates("mia_dcr", "the closest-row attack", _DCR_ATTACK, _metric, ranked=True),
    *_rates("mia_density", "the density-ratio attack", _DENSITY_ATTACK, _slow, ranked=False),
    _slow(
        name="nndr",
        better="higher",
        source=_NNDR,
        meaning="median of the distance to the closest over that to the second closest row of train; 0: on top of it",
    ),
    _slow(
        name="nndr_holdout",
        better="higher",
        source=_NNDR,
        meaning="nndr of holdout: what rows never seen score; to be read beside nndr",
    ),
    _slow(
        name="resolution_limit",
        better="higher",
        range=_ANY,
        source=_DISTANCE,
        meaning="median distance of a train row to its neighbour in time: copies blurred by more look like unseen rows",
    ),
    _slow(
        name="dcr_over_resolution",
        better="higher",
        range=_ANY,
        source=f"{_DISTANCE}; {_CAP}",
        meaning="median distance to the closest row of the whole of train, in units of resolution_limit",
    ),
    _slow(
        name="dcr_share_blocked",
        better=Target(0.5, "above"),
        source=f"as dcr_share, against test blocks; both sides cut to as many rows per tenth of train's target; {_CAP}",
        meaning="share of rows closer to train than to blocks away from it in time; drift included: see holdout's",
    ),
    _slow(
        name="dcr_share_blocked_holdout",
        better=Target(0.5, "above"),
        source=f"as dcr_share_blocked, of holdout; {_CAP}",
        meaning="dcr_share_blocked of holdout: what rows never seen score",
    ),
)


def _prepare(split: Split, seed: int) -> Details:
    from .distances import references

    return references(split, seed)


def _score(context: Context) -> tuple[list[Score], Details]:
    from ..shared.matrix import matrix, score, unscored, unusable
    from .distances import judge, more, why

    schema = context.split.schema
    rows = matrix(context.synthetic, schema)
    if problem := unusable(rows, schema.columns):
        return unscored(_METRICS, schema.columns, problem), {}
    judged, values = judge(rows, context.split, context.artefacts, context.seed)
    owed = [metric.name for metric in _METRICS if context.metric_set == "full" or metric.within == "core"]
    if context.metric_set == "full":
        values |= more(judged, context.split, context.artefacts)
    missing = float("nan")
    return [score(name, values.get(name, missing), undefined=why(name, context.split)) for name in owed], {}


FAMILY = Family(
    _ME,
    "Copies of training rows, and closeness to them beyond that to unseen rows",
    _METRICS,
    _score,
    _prepare,
    blank_for=frozenset({"real-train"}),
    blank_reason="these are the training rows themselves",
    order=40,
    combine="worst",
)
