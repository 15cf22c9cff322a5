"""From measurements to docs/proof.md."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import StrictUndefined, Template

from tests.proof import attacks, mixed_degradation, stretches
from tests.proof.corruptions import CORRUPTIONS
from tests.proof.judge import families
from tests.proof.mixed_corruptions import MIXED_CORRUPTIONS
from tests.proof.moderation import SCENARIOS, by_splits

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tests.proof.corruptions import Corruption

TEMPLATE = Path(__file__).with_name("page.md.j2")


def write(result: dict[str, Any]) -> str:
    """The page."""
    template = Template(TEMPLATE.read_text(encoding="utf-8"), undefined=StrictUndefined, keep_trailing_newline=True)
    text: str = template.render(
        noticed=[_corruption(result["degradation"]["core"], corruption) for corruption in CORRUPTIONS],
        metrics=_metrics(result["degradation"]["metrics"]),
        mixed_faults=[_fault(corruption) for corruption in MIXED_CORRUPTIONS],
        mixed_rows=f"{mixed_degradation.ROWS:,}",
        mixed=_mixed(result["mixed"]["faults"]),
        more=_more_rows(result["mixed"]["more_rows"]),
        ranked=_ranked(result["cheats"]),
        attacks={board: _attacked(rows) for board, rows in result.get("attacks", {}).items()},
        stretches=_stretches(result["stretches"]),
        blurred=_scores(
            [(f"{level['noise']:g}", level["scores"]) for level in result["blurred"]], "distance", "overall"
        ),
        calibration=result["calibration"],
        covered=_scores([("covered", result["calibration"]["coverage"])], ""),
        moderation=_moderation(result["moderation"]),
        leader=_leader(result["moderation"]),
        honest=_honest(result["honest"]),
        seasons=_scores([("the other season", result["seasons"])], ""),
    )
    return text


def _corruption(entries: list[dict[str, Any]], corruption: Corruption) -> str:
    levels = [entry for entry in entries if entry["corruption"] == corruption.name]
    rows = [("untouched", *(f"{entries[0]['scores'][family]:.3f}" for family in families()))]
    rows += [(f"{entry['level']:g}", *(_cell(entry, family) for family in families())) for entry in levels]
    words = f"{corruption.words[0].upper()}{corruption.words[1:]}"
    return f"**{words}** ({_must(corruption)})\n\n" + _table(("level", *families()), rows)


def _must(corruption: Corruption) -> str:
    return f"must be noticed by {', '.join(f'{name} from {level:g}' for name, level in corruption.notice.items())}"


def _fault(corruption: Corruption) -> str:
    """What a corruption of the mixed table is."""
    noticed = f"; {_must(corruption)}" if corruption.notice else ""
    return f"*{corruption.name}*: {corruption.words}{noticed}"


def _mixed(result: dict[str, list[dict[str, Any]]]) -> str:
    """A row per corruption and level: families, fidelity of the full set, and the metric that loses most."""
    untouched = result["metrics"][0]
    rows = [
        (
            f"{core['corruption']} {core['level']:g}" if core["level"] else core["corruption"],
            *(_cell(core, family) for family in families()),
            _cell(full, "fidelity"),
            _loses_most(untouched, by_metric) if core["level"] else "",
        )
        for core, full, by_metric in zip(result["core"], result["full"], result["metrics"], strict=True)
    ]
    return _table(("rows", *families(), "fidelity, full set", "loses most"), rows)


def _more_rows(result: dict[str, list[dict[str, Any]]]) -> dict[str, str]:
    """Scores of untouched rows and of those with the subtlest fault, at its last level, by what they are of."""
    paths = {name: [entries[0]["scores"], entries[-1]["scores"]] for name, entries in result.items()}
    keys = {"core": "fidelity", "full": "fidelity", "metrics": "missing_dependence"}
    return {
        "rows": f"{mixed_degradation.MORE_ROWS:,}",
        **{name: " to ".join(f"{scores[key]:.3f}" for scores in paths[name]) for name, key in keys.items()},
    }


def _loses_most(untouched: dict[str, Any], spoilt: dict[str, Any]) -> str:
    name, before, after, p = mixed_degradation.costliest(untouched, spoilt)
    score = f"**{after:.3f}**" if p < 0.05 else f"{after:.3f}"
    return f"`{name}`, {before:.3f} to {score}"


def _metrics(entries: list[dict[str, Any]]) -> str:
    """A row per ranked metric: what costs it most."""
    rows = [
        (
            f"`{entry['metric']}`",
            *(entry["family"], entry["profile"], f"{entry['untouched']:.3f}"),
            *(f"{entry['corruption']} {entry['level']:g}", f"{entry['score']:.3f}"),
        )
        for entry in entries
        if "reason" not in entry
    ]
    return _table(("metric", "family", "metric set", "untouched", "costs it most", "score then"), rows)


def _cell(entry: dict[str, Any], family: str) -> str:
    value = f"{entry['scores'][family]:.3f}"
    return f"**{value}**" if entry["p"][family] < 0.05 else value


def _ranked(rows: list[dict[str, Any]]) -> str:
    lines = [
        (
            str(row["rank"]),
            row["generator"],
            f"{row['overall']:.3f}",
            *(f"{row['scores'].get(f, 0):.3f}" for f in families()),
        )
        for row in rows
    ]
    return _table(("rank", "generator", "overall", *families()), lines)


def _attacked(rows: list[dict[str, Any]]) -> str:
    """The board of attacks; honest models are bold."""
    lines = [
        (
            str(row["rank"] or "implausible"),
            f"**{row['generator']}**" if row["generator"] in attacks.HONEST else row["generator"],
            f"{row['overall']:.3f}",
            *(f"{row['scores'].get(family, 0):.3f}" for family in families()),
        )
        for row in rows
    ]
    return _table(("rank", "generator", "overall", *families()), lines)


def _stretches(rows: list[dict[str, Any]]) -> str:
    header = (
        *("data set", "rows", "two-sample AUC, single rows", "two-sample AUC, stretches"),
        *("attack AUC, single rows", "attack AUC, stretches", "found at 1 % false alarms, stretches"),
    )
    return _table(header, [tuple(row.values()) for row in stretches.table(rows)])


def _scores(rows: Iterable[tuple[str, dict[str, float]]], head: str, *more: str) -> str:
    shown = (*more, *families())
    return _table(
        (head, *shown), [(name, *(f"{scores.get(family, 0):.3f}" for family in shown)) for name, scores in rows]
    )


def _moderation(cells: list[dict[str, Any]]) -> str:
    """Per scenario and number of splits: the worst false claims and the mean power over the sizes of boards."""
    keys = ("false", "power", "plain_false", "plain_power")
    rows = [
        (SCENARIOS[row["scenario"]].words, str(row["splits"]), *(f"{row[key]:.3f}" for key in keys))
        for row in by_splits(cells)
    ]
    return _table(("scores", "splits", "false", "found", "false, plain t", "found, plain t"), rows)


def _leader(cells: list[dict[str, Any]]) -> dict[str, float]:
    """The worst over all scenarios and boards."""
    return {key: max(cell[key] for cell in cells) for key in ("best_rejected", "leader_false")}


def _honest(rows: list[dict[str, Any]]) -> str:
    lines = [(row["noise"], str(row["splits"]), f"{row['honest']:.2%}", f"{row['knowing']:.0%}") for row in rows]
    return _table(("noise of an AUC", "splits", "honest rows", "rows that know holdout"), lines)


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] + ["---:"] * (len(header) - 1), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"
