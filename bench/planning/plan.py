"""Turns a configuration and its data into the list of trials; nothing is fitted here."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import product
from typing import Any

from bench.api import PROTOCOL_VERSION, BenchError, Budget, Dataset, Protocol_, Split, Status, Trial, unsupported
from bench.common import digests
from bench.planning.config import BUDGET_FALLBACKS, Config
from bench.planning.generator_selection import Candidate, select_candidates
from bench.plugins import entry_points
from bench.plugins.inspection import Inspector
from bench.seeds import derive
from bench.tables import splits
from bench.tables.leakage_audit import Audit, audit
from bench.tables.row_groups import digest_groups

MOST_TRIALS = 100_000
"""Of a plan."""

_PARTS = ("train", "holdout", "test", "stretches")


@dataclass(frozen=True, slots=True)
class PlannedSplit:
    """One repeat on one data set: all that is needed to make its split again.

    Attributes:
        id: sha256 (first 16 hex digits) of the data and of protocol, seed, rows and options.
        rows: the most train rows, or None.
        options: of the blocked protocol.
        sizes: part -> number of rows.
        audit: the leakage found in the split.
    """

    id: str
    dataset: str
    repeat: int
    protocol: Protocol_
    seed: int
    rows: int | None
    options: Mapping[str, Any]
    sizes: Mapping[str, int]
    audit: Audit

    def as_dict(self) -> dict[str, Any]:
        """Returns plain data for the manifest."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run will do.

    Attributes:
        name: of the run, from its data sets and profile.
        hash: of the configuration and of the data.
        scoring: digest of everything that scores depend on.
        splits: by id, in order of data set and repeat.
        generators: by name; tables made elsewhere included.
        trials: in order of data set, repeat, generator and draw.
    """

    config: Config
    name: str
    hash: str
    scoring: str
    datasets: Mapping[str, Dataset]
    splits: Mapping[str, PlannedSplit]
    generators: Mapping[str, Candidate]
    trials: tuple[Trial, ...]

    def draw(self, planned: PlannedSplit) -> Split:
        """Makes a planned split again."""
        data, blocks = self.datasets[planned.dataset], self.config.blocks
        return splits.split(data, planned.protocol, planned.seed, rows=planned.rows, options=blocks)

    def refusal(self, trial: Trial) -> tuple[Status, str]:
        """Returns the status of a trial that cannot even start, and why; of any other, `ok` and an empty text."""
        candidate = self.generators[trial.generator]
        if candidate.status != "ok" or candidate.facts is None:
            return candidate.status, candidate.problem if candidate.status != "ok" else ""
        reason = unsupported(candidate.facts.info, self.datasets[trial.dataset].schema)
        return ("skipped", reason) if reason else ("ok", "")


def make_plan(
    config: Config,
    datasets: Mapping[str, Dataset],
    stored: Sequence[Trial] | None = None,
    *,
    inspector: Inspector | None = None,
) -> Plan:
    """Makes every split once (for its sizes and audit) and lists every trial.

    Args:
        config: what to run.
        datasets: its tables, by name.
        stored: trials of a stored run, which are kept as they are; their generators are not looked at, as none will be
            fitted.
        inspector: looks at the generators; by default it imports them here.

    Raises:
        BenchError: if a generator or one of its parameters does not exist, or a table is too small.
    """
    _require_countable(config, len(datasets))
    if stored is None:
        generators = select_candidates(config, inspector or Inspector())
    else:
        names, reason = {trial.generator: None for trial in stored}, "was not looked up, as nothing is fitted"
        generators = {name: Candidate(name, None, reason, "failed") for name in names}
    planned = [_plan_split(config, *parts) for parts in product(datasets.values(), range(config.budget.repeats))]
    if config.blocks.holdout != splits.BLOCKS.holdout and all(split.protocol == "random" for split in planned):
        raise BenchError(
            "--holdout-share is of the blocked protocol, and the splits asked for are random, with one part as holdout "
            "and test; leave it out, or add --split blocked"
        )
    draws = range(config.seeds_per_split)
    slug = "-".join(re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "table" for name in datasets)
    identity = {"config": config.as_dict(), "data": {name: data.sha256 for name, data in datasets.items()}}
    return Plan(
        config=config,
        name=f"{slug[:60]}-{config.profile}",
        hash=digests.digest(identity, 10),
        scoring=digests.scoring_digest(entry_points.families(), config.budget.metrics, snap=config.snap),
        datasets=datasets,
        splits={split.id: split for split in planned},
        generators=generators,
        trials=tuple(stored or [_trial(config, *parts) for parts in product(planned, generators.values(), draws)]),
    )


def require_buildable(plan: Plan, inspector: Inspector) -> None:
    """Builds every generator that was given parameters once.

    Raises:
        BenchError: if one cannot be built, or an adapter does not know its argument.
    """
    params = {trial.generator: trial.params for trial in plan.trials}
    for name, candidate in plan.generators.items():
        # Other generators that cannot be loaded were not typed just now; they are entries with a reason.
        if ":" in name and candidate.status == "failed":
            raise BenchError(f"{name}: {candidate.problem}")
        if name in plan.config.settings and candidate.status == "ok":
            inspector.build(name, candidate.plugin, params[name])


def _plan_split(config: Config, data: Dataset, repeat: int) -> PlannedSplit:
    protocol = splits.default_protocol(data.schema) if config.split == "auto" else config.split
    seed = derive(config.seed, data.name, protocol, repeat, "split")
    rows = config.budget.train_rows
    options = asdict(config.blocks) if protocol == "blocked" else {}
    split = splits.split(data, protocol, seed, rows=rows, options=config.blocks)
    identity = {"data": data.sha256, "protocol": protocol, "seed": seed, "rows": rows, "options": options}
    if data.row_groups is not None:
        identity["row_groups"] = digest_groups(data.row_groups)
    if protocol == "blocked":
        # Earlier versions drew other parts from the same seed; their results are of other splits.
        identity["protocol_version"] = PROTOCOL_VERSION
    return PlannedSplit(
        id=digests.digest(identity | {"schema": data.schema.identity()}),
        dataset=data.name,
        repeat=repeat,
        protocol=protocol,
        seed=seed,
        rows=rows,
        options=options,
        sizes={part: len(rows) for part in _PARTS if (rows := getattr(split, part)) is not None},
        audit=audit(data, split, config.blocks),
    )


def _trial(config: Config, split: PlannedSplit, generator: Candidate, draw: int) -> Trial:
    params, budget = _parameters(config, split, generator)
    # The first draw's seed does not depend on the number of draws: with more of them, finished trials are kept.
    seed = derive(config.seed, split.dataset, split.repeat, generator.name, "trial", *([draw] if draw else []))
    identity = {"split": split.id, "generator": generator.name, "params": params, "seed": seed}
    shadow_fits = 0 if generator.name in config.external else config.budget.shadow_fits
    if shadow_fits:
        identity["shadow_fits"] = shadow_fits
    return Trial(
        id=digests.digest(identity | _code(generator)),
        dataset=split.dataset,
        split=split.id,
        repeat=split.repeat,
        generator=generator.name,
        params=params,
        seed=seed,
        expected_seconds=budget.seconds * (1 + shadow_fits),
        draw=draw,
    )


def _require_countable(config: Config, datasets: int) -> None:
    """Checks that there are not so many splits and trials that listing them would not end."""
    splits_planned = datasets * config.budget.repeats
    trials = splits_planned * config.seeds_per_split * len(config.generators)
    if max(splits_planned, trials) > MOST_TRIALS:
        raise BenchError(
            f"{config.budget.repeats:,} repeats and {config.seeds_per_split:,} seeds per split make {trials:,} trials; "
            f"expected at most {MOST_TRIALS:,}; lower --repeats or --seeds-per-split"
        )


def _parameters(config: Config, split: PlannedSplit, generator: Candidate) -> tuple[dict[str, Any], Budget]:
    """A trial's parameters and its expected cost. Tables made elsewhere have the hash of their file as parameter."""
    if tables := config.external.get(generator.name):
        if split.id not in tables.tables:
            raise BenchError(
                f"--external {generator.name}: {tables.folder} has no table for the split {split.id} ({split.dataset}, "
                f"repeat {split.repeat + 1}); expected {split.id}.csv or .parquet, made from what `bench split` writes"
            )
        return {"sha256": tables.tables[split.id]}, Budget()
    settings = dict(config.settings.get(generator.name, {}))
    if generator.facts is None:
        return settings, Budget()
    budgets = generator.facts.info.budgets
    fallback = BUDGET_FALLBACKS.get(config.profile, config.profile)
    budget = budgets.get(config.profile) or budgets.get(fallback) or Budget()
    device = {"device": config.device} if "device" in generator.facts.parameters else {}
    # A preset has the same parameters under every profile.
    defaults = generator.preset.params if generator.preset else budget.params
    return {**defaults, **device, **settings}, budget


def _code(generator: Candidate) -> dict[str, Any]:
    """The code and the package versions that a generator's rows depend on."""
    source = digests.source_digest(generator.plugin.source) if generator.plugin else ""
    facts = generator.facts
    if facts is None:
        return {"versions": {}, "code": source}
    return {
        "versions": digests.versions((*facts.info.packages, "numpy", "pandas")),
        "code": source or facts.code or digests.code_digest(facts.module),
    }
