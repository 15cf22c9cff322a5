"""Privacy: are synthetic rows closer to the training rows than to unseen rows?"""

from __future__ import annotations

from functools import partial

from bench.api import Context, Details, Family, Metric, Score, Split, Target

_NAME = "privacy"
# Rows that leak as much as rows interpolated between train rows score 0. For the AUCs, which average over all records,
# so do rows that leak as much as copies blurred to the resolution limit (near-copy). Few verbatim copies are too many,
# so their floor is a constant. Rows between neighbours in time are nearer to holdout than to train, so only stretches
# of time show them.
_IN_TIME = "time-interpolated"
_COPIED = 0.05
_metric = partial(Metric, family=_NAME, better="higher")
_slow = partial(_metric, within="full")
_shadow_auc = partial(_metric, better=Target(0.5, "above"), within="audit")
_ranked_share = partial(_metric, better="lower", ranked=True, floor=_COPIED, ceiling=0.0)
_ranked_auc = partial(_metric, better=Target(0.5), ranked=True, floor="near-copy", ceiling=0.5, chance=0.5)
_rate = partial(_metric, better=Target(0.01, "above"))
_shadow_rate = partial(_rate, within="audit")
_risk = partial(_metric, better="lower", range=(float("-inf"), 1.0))
_NOT_NEGATIVE = (0.0, float("inf"))
_DISTANCE = "mean over columns of |difference| / standard deviation in train (different levels: 1)"
_CAP = "at most 20,000 rows (mixed tables: 3,000)"
_DCR_ATTACK = (
    "GAN-Leaks (Chen et al. 2020, arXiv:1909.03935): attack score: minus the distance to the closest synthetic row; "
    f"{_DISTANCE}; as many members as non-members, {_CAP}"
)
_DENSITY_ATTACK = (
    "DOMIAS (van Breugel et al. 2023, arXiv:2302.12580) with nearest-neighbour densities: synthetic rows 1st, "
    f"the other fold of holdout 3rd neighbour; as many members as non-members, {_CAP}"
)
_INTERVAL = "order statistics for the threshold, Clopper and Pearson 1934 for the rate, 97.5 % each"
_AUTHENTICITY = "Alaa et al. 2022, arXiv:2102.08921, section 4.2"
_NNDR = f"nearest-neighbour distance ratio (Lowe 2004); {_DISTANCE}; {_CAP}"
_SHADOWS = (
    "LiRA (Carlini et al. 2022, arXiv:2112.03570) with shadow fits of the generator to halves of train; statistic: log "
    f"distance to the closest synthetic row; {_DISTANCE}; at most 2,000 records; after Stadler et al. 2022, "
    "arXiv:2011.07018"
)
_JACKKNIFE = "jackknife over pairs of shadow fits, mean +- t standard errors"
_INFERENCE = "Giomi et al. 2022, arXiv:2211.10459, by the closest synthetic row; at most 1,000 records of either kind"
_NEWCOMBE = "Newcombe 1998, method 10, divided by 1 - control rate"

_METRICS = (
    _ranked_share(
        name="copies",
        source="exact equality in all columns",
        meaning="share of rows identical to a row of train, beyond what unseen rows have",
    ),
    _ranked_share(
        name="near_copies",
        floor="interpolated",
        source=f"threshold: 1 % quantile of holdout's distances to train; {_DISTANCE}; {_CAP}",
        meaning="share of rows closer to train than all but 1 % of unseen rows, beyond the share of these",
    ),
    _ranked_auc(
        name="mia_dcr_auc",
        source=_DCR_ATTACK,
        meaning="AUC of telling train from unseen rows by the distance to the closest synthetic row: 0.5 is chance",
    ),
    _ranked_auc(
        name="mia_density_auc",
        source=_DENSITY_ATTACK,
        meaning="AUC of telling train from unseen rows by synthetic over real density: 0.5 is chance",
    ),
    # An AUC hides a few rows that leak, so rates are ranked as well: over all rows, isolated ones, stretches of time.
    _rate(
        name="mia_dcr_tpr",
        ranked=True,
        floor=0.1,
        ceiling=0.01,
        source=f"{_DCR_ATTACK}; Carlini et al. 2022, arXiv:2112.03570",
        meaning="share of train rows that the closest-row attack finds at 1 % false alarms: 0.01 is chance",
    ),
    _rate(
        name="mia_holdout_tpr",
        ranked=True,
        floor=0.1,
        ceiling=0.01,
        chance=0.01,
        source=f"{_DCR_ATTACK}, with train and holdout exchanged",
        meaning="share of unseen rows that are closer to synthetic rows than all but 1 % of train rows: 0.01 is chance",
    ),
    _rate(name="mia_dcr_tpr_low", source=_INTERVAL, meaning="lower end of the 95 % interval of mia_dcr_tpr"),
    _rate(name="mia_dcr_tpr_high", source=_INTERVAL, meaning="upper end of the 95 % interval of mia_dcr_tpr"),
    _rate(
        name="mia_stretch_tpr",
        ranked=True,
        floor=_IN_TIME,
        ceiling=0.01,
        source=f"as mia_dcr_tpr, against rows of stretches of time with gaps beside them; {_DISTANCE}; {_CAP}",
        meaning="share of train rows that the closest-row attack finds at 1 % false alarms on unseen stretches of time",
    ),
    _ranked_share(
        name="mia_isolated",
        source=f"own: a synthetic row within a fifth of the distance to the closest other real row; {_DISTANCE}",
        meaning="share of the most isolated tenth of train rows that a synthetic row gives away, minus that of holdout",
    ),
    _risk(
        name="attribute_inference",
        source=_INFERENCE,
        meaning="share of the targets that are not guessed of unseen rows, but of train rows; 0 is chance",
    ),
    _risk(
        name="attribute_inference_low",
        source=_NEWCOMBE,
        meaning="lower end of the 95 % interval of attribute_inference",
    ),
    _risk(
        name="attribute_inference_high",
        source=_NEWCOMBE,
        meaning="upper end of the 95 % interval of attribute_inference",
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
    _shadow_auc(
        name="shadow_auc",
        source=_SHADOWS,
        meaning="AUC of telling whether a fit had a row, by an attacker who knows the generator: 0.5 is chance",
    ),
    _shadow_auc(name="shadow_auc_low", source=_JACKKNIFE, meaning="lower end of the 95 % interval of shadow_auc"),
    _shadow_auc(name="shadow_auc_high", source=_JACKKNIFE, meaning="upper end of the 95 % interval of shadow_auc"),
    _shadow_rate(
        name="shadow_tpr",
        source=_SHADOWS,
        meaning="share of the rows of a fit that this attack finds at 1 % false alarms: 0.01 is chance",
    ),
    _shadow_rate(name="shadow_tpr_low", source=_JACKKNIFE, meaning="lower end of the 95 % interval of shadow_tpr"),
    _shadow_rate(name="shadow_tpr_high", source=_JACKKNIFE, meaning="upper end of the 95 % interval of shadow_tpr"),
    _shadow_auc(
        name="shadow_isolated_auc",
        source=_SHADOWS,
        meaning="shadow_auc of the most isolated tenth of train rows, as of mia_isolated",
    ),
)


def _prepare(split: Split, seed: int) -> Details:
    from ..shared.hidden_seed import hidden_seed
    from .privacy_values import split_artefacts

    return split_artefacts(split, hidden_seed(split, seed))


def _score(context: Context) -> tuple[list[Score], Details]:
    from bench.scoring.unusable_cells import unusable

    from ..shared.hidden_seed import hidden_seed
    from ..shared.matrix import matrix, score, unscored
    from .distance_histograms import distance_histograms
    from .privacy_values import core_values, full_values, missing_reason
    from .shadow_attack import shadow_values

    split = context.split
    rows = matrix(context.synthetic, split.schema)
    if problem := unusable(rows, split.schema.names, split.schema.missing):
        return unscored(_METRICS, split.schema.names, problem), {}
    distances, values = core_values(rows, split, context.artefacts, hidden_seed(split, context.seed))
    if context.metric_set != "core":
        values |= full_values(distances, context.artefacts)
    without_shadows = ""
    if context.metric_set == "audit":
        of_shadows, without_shadows = shadow_values(context)
        values |= of_shadows
    nan = float("nan")
    return [
        score(
            metric.name,
            values.get(metric.name, nan),
            undefined=without_shadows if metric.within == "audit" else missing_reason(metric.name, split),
        )
        for metric in _METRICS
        if metric.is_in(context.metric_set)
    ], distance_histograms(distances[:, 0], context.artefacts["unseen"])


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
