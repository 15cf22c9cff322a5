"""Privacy: are synthetic rows closer to the training rows than to unseen rows?"""

from __future__ import annotations

from functools import partial

from bench.api import Context, Details, Family, Metric, Score, Split, Target

_NAME = "privacy"
# Rows that leak as much as rows interpolated between train rows score 0. For the AUCs, which average over all records,
# so do rows that leak as much as copies blurred to the resolution limit (floor near-copy).
_metric = partial(Metric, family=_NAME, better="higher", floor="interpolated", ceiling="holdout-half")
_slow = partial(_metric, within="full")
_ranked_auc = partial(_metric, better=Target(0.5, "above"), ranked=True, floor="near-copy")
_NOT_NEGATIVE = (0.0, float("inf"))
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


def _rates(attack: str, description: str, source: str, declare: partial[Metric], *, ranked: bool) -> tuple[Metric, ...]:
    rate = partial(declare, better=Target(0.01, "above"))
    return (
        rate(
            name=f"{attack}_tpr",
            ranked=ranked,
            source=f"{source}; Carlini et al. 2022, arXiv:2112.03570",
            meaning=f"share of train rows that {description} finds at 1 % false alarms on unseen rows: 0.01 is chance",
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
        meaning="share of rows closer to train than all but 1 % of unseen rows: unseen rows have 0.01",
    ),
    _ranked_auc(
        name="mia_dcr_auc",
        source=_DCR_ATTACK,
        meaning="AUC of telling train from unseen rows by the distance to the closest synthetic row: 0.5 is chance",
    ),
    _ranked_auc(
        name="mia_density_auc",
        within="full",
        source=_DENSITY_ATTACK,
        meaning="AUC of telling train from unseen rows by synthetic over real density: 0.5 is chance",
    ),
    _metric(
        name="dcr_share",
        better=Target(0.5, "above"),
        source=f"distance to closest record, train cut to the size of holdout, {_CAP}; {_DISTANCE}",
        meaning="share of rows closer to train than to holdout, ties half; copies of 4 times as many have 0.63",
    ),
    _metric(
        name="dcr_train",
        range=_NOT_NEGATIVE,
        source=f"{_DISTANCE}; {_CAP}",
        meaning="median distance to the closest row of train (cut to the size of holdout); compare with dcr_holdout",
    ),
    _metric(
        name="dcr_holdout",
        better="lower",
        range=_NOT_NEGATIVE,
        source=f"{_DISTANCE}; {_CAP}",
        meaning="median distance to the closest row of holdout; compare with dcr_train",
    ),
    _metric(
        name="authenticity",
        source=f"{_AUTHENTICITY}; {_CAP}",
        meaning="share of rows farther from their closest train row than that row is from the rest of train",
    ),
    _metric(
        name="authenticity_holdout",
        source=f"{_AUTHENTICITY}; {_CAP}",
        meaning="authenticity of holdout, which is that of unseen rows; compare with authenticity",
    ),
    # An AUC hides a few rows that leak, so one rate is ranked. The other attack's rate would add little but noise.
    *_rates("mia_dcr", "the closest-row attack", _DCR_ATTACK, _metric, ranked=True),
    *_rates("mia_density", "the density-ratio attack", _DENSITY_ATTACK, _slow, ranked=False),
    _slow(
        name="nndr",
        source=_NNDR,
        meaning="median of the distances to the closest over the second closest row of train; 0 for copies",
    ),
    _slow(
        name="nndr_holdout",
        source=_NNDR,
        meaning="nndr of holdout, which is that of unseen rows; compare with nndr",
    ),
    _slow(
        name="resolution_limit",
        range=_NOT_NEGATIVE,
        source=_DISTANCE,
        meaning="median distance of a train row to its neighbour in time; copies blurred by more look like unseen rows",
    ),
    _slow(
        name="dcr_over_resolution",
        range=_NOT_NEGATIVE,
        source=f"{_DISTANCE}; {_CAP}",
        meaning="median distance to the closest row of the whole of train, in units of resolution_limit",
    ),
    _slow(
        name="dcr_share_blocked",
        better=Target(0.5, "above"),
        source=f"as dcr_share, against test blocks; both sides cut to as many rows per tenth of train's target; {_CAP}",
        meaning="share of rows closer to train than to blocks away in time; drift included: compare with holdout's",
    ),
    _slow(
        name="dcr_share_blocked_holdout",
        better=Target(0.5, "above"),
        source=f"as dcr_share_blocked, of holdout; {_CAP}",
        meaning="dcr_share_blocked of holdout, which is that of unseen rows",
    ),
)


def _prepare(split: Split, seed: int) -> Details:
    from .privacy_values import split_artefacts

    return split_artefacts(split, seed)


def _score(context: Context) -> tuple[list[Score], Details]:
    from ..shared.matrix import matrix, score, unscored, unusable
    from .privacy_values import core_values, full_values, missing_reason

    split, full = context.split, context.metric_set == "full"
    rows = matrix(context.synthetic, split.schema)
    if problem := unusable(rows, split.schema.columns):
        return unscored(_METRICS, split.schema.columns, problem), {}
    neighbours, values = core_values(rows, split, context.artefacts, context.seed)
    if full:
        values |= full_values(neighbours, split, context.artefacts)
    names = [metric.name for metric in _METRICS if full or metric.within == "core"]
    nan = float("nan")
    return [score(name, values.get(name, nan), undefined=missing_reason(name, split)) for name in names], {}


FAMILY = Family(
    _NAME,
    "Copies of training rows, and closeness to them beyond that to unseen rows",
    _METRICS,
    _score,
    _prepare,
    blank_for=frozenset({"real-train"}),
    blank_reason="these are the training rows themselves",
    order=40,
    combine="worst",
)
