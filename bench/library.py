"""Bench from Python: `from bench import run, evaluate`; what they return shows itself in a notebook."""

from __future__ import annotations

import hashlib
import html
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from bench.api import BenchError, Dataset, Schema
from bench.common.suggestions import closest
from bench.execution import runner
from bench.planning import build_check, options, plan
from bench.reporting import build_report
from bench.statistics import leaderboard
from bench.tables import datasets
from bench.workflows.evaluation import evaluate as evaluation
from bench.workflows.evaluation.input_tables import EvaluationRequest
from bench.workflows.mlflow_tracking import log_run

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pandas as pd

    from bench.api import Entry
    from bench.planning.config import Config
    from bench.runs import run_directory
    from bench.tables.table_request import TableRequest

    Source: TypeAlias = str | Path | pd.DataFrame

_TABLE = ("target", "ordered", "time", "missing")
_CONFIG = ("repeats", "seeds_per_split", "seed", "split", "profile", "set", "rows", "snap", "device", "blocks")
_MORE = ("external", "plugins", "holdout_share")
_OPERATION = ("workers", "timeout", "memory", "retry", "cache", "cluster", "track")


@dataclass(frozen=True)
class Result:
    """A run, as a notebook wants it.

    Attributes:
        run: what is stored; see `bench.runs.run_directory.Run`.
    """

    run: run_directory.Run

    @property
    def path(self) -> Path:
        """The run directory."""
        return self.run.path

    @cached_property
    def leaderboard(self) -> pd.DataFrame:
        """One row per generator and reference row: ranks, overall score with its interval, family scores."""
        import pandas as pd

        boards = leaderboard.rank(self.run).boards
        rows = [{"dataset": b.dataset, "protocol": b.protocol, **_cells(row)} for b in boards for row in b.entries]
        return pd.DataFrame(rows)

    @cached_property
    def metrics(self) -> pd.DataFrame:
        """Every value, one row each; see `bench.runs.run_directory.FRAME_COLUMNS`."""
        return self.run.frame()

    def report(self, path: str | Path | None = None, *, figures: bool = True) -> Path:
        """Writes `report.md` and `report.html`.

        Args:
            path: a folder; the run's own by default.
            figures: whether to draw.

        Returns:
            The path of the HTML report.
        """
        return build_report.write_report(self.run, figures=figures, out=None if path is None else Path(path))[1]

    def _repr_html_(self) -> str:
        """The report, in a frame of its own so that its style touches nothing of the notebook's."""
        file = self.path / "report.html"
        page = (file if file.is_file() else self.report()).read_text(encoding="utf-8")
        return f'<iframe srcdoc="{html.escape(page)}" style="width: 100%; height: 40em; border: 0"></iframe>'


def _cells(row: Entry) -> dict[str, Any]:
    low, high = row.interval or (None, None)
    return {
        "rank": row.rank,
        "generator": row.generator,
        "kind": row.kind,
        "overall": row.overall.mean if row.overall else None,
        "low": low,
        "high": high,
        **{name: stat.mean for name, stat in row.families.items()},
        "status": ", ".join(f"{count} {status}" for status, count in row.status.items()),
        "reason": row.reason,
    }


def run(
    dataset: Source | Sequence[Source] = "station",
    *,
    generators: str | Sequence[str] = "all",
    out: str | Path | None = None,
    figures: bool = True,
    **given: Any,  # noqa: ANN401 - checked below
) -> Result:
    """Fits, samples, scores and ranks, as `bench run` does; what is there already is kept.

    Args:
        dataset: a registered name, a CSV or Parquet file, or a DataFrame with a `target`; or several names and files.
        generators: names, or `all`.
        out: the run directory; under `runs/` by default.
        figures: whether the reports have figures.
        given: the other options of `bench run`, with underscores: target, ordered, time, missing, repeats, seed, ...
            `set` may be {"beta-vae": {"beta": 0.5}}.

    Raises:
        BenchError: if an option does not exist or makes no sense.
    """
    _known(given, (*_TABLE, *_CONFIG, *_MORE, *_OPERATION))
    operation = options.operation({**{key: given[key] for key in _OPERATION if key in given}, "out": out})
    log_run.require_tracker(operation.track)
    made = _plan(dataset, {"generators": generators, **{k: v for k, v in given.items() if k not in _OPERATION}})
    path = runner.choose_run_directory(made, operation.out)
    with _outside(), runner.session(made, path, operation) as schedule:
        found = runner.run(schedule, operation)
    build_report.write_report(found, figures=figures)
    log_run.track_run(found, operation.track, lambda _: None)
    return Result(found)


def evaluate(
    real: Source,
    synthetic: Source,
    *,
    holdout: Source | None = None,
    out: str | Path | None = None,
    figures: bool = True,
    force: bool = False,
    **given: Any,  # noqa: ANN401 - checked below
) -> Result:
    """Scores a synthetic table made anywhere, as `bench evaluate` does.

    Args:
        real: what it was made from: a registered name, a file or a DataFrame.
        synthetic: a file or a DataFrame.
        holdout: real rows that it was not made from; without them privacy and utility are not assessable.
        out: a new folder for the report and the result; under `runs/` by default.
        figures: whether the reports have figures.
        force: replace an earlier evaluation.
        given: target, ordered, time, missing, profile, seed, workers.

    Raises:
        BenchError: if a table cannot be used, or an option does not exist.
    """
    _known(given, (*_TABLE, "profile", "seed", "workers"))
    # The shared checks of values that a run has too.
    checked = options.build(_as_text({key: value for key, value in given.items() if key != "workers"}))
    table = checked.datasets[0]
    workers = options.operation({"workers": given.get("workers", 1)}).workers
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch, _outside():
        asked = EvaluationRequest(
            replace(table, name=str(_file(real, Path(scratch) / "real.parquet"))),
            Path(_file(synthetic, Path(scratch) / "synthetic.parquet")),
            None if holdout is None else Path(_file(holdout, Path(scratch) / "holdout.parquet")),
            checked.profile,
            checked.seed,
            workers,
        )
        return Result(evaluation.evaluate(asked, None if out is None else Path(out), figures=figures, force=force))


def _known(given: Mapping[str, object], allowed: Sequence[str]) -> None:
    for key in given:
        if key not in allowed:
            raise BenchError(f"unknown option {key!r}: {closest(key, allowed)}")


def _as_text(values: Mapping[str, Any]) -> dict[str, Any]:
    """The same options; the target as text, as columns of a DataFrame may be named by numbers."""
    return {key: str(value) if key == "target" and value is not None else value for key, value in values.items()}


def _file(source: Source, path: Path) -> str | Path:
    """A name or path as it is; a DataFrame as a file."""
    if isinstance(source, str | Path):
        return source
    _named(source).to_parquet(path, index=False)
    return path


def _named(frame: Any) -> pd.DataFrame:  # noqa: ANN401 - whatever was given
    """A DataFrame with text as names of its columns."""
    if not hasattr(frame, "to_parquet"):
        raise BenchError(f"got a {type(frame).__name__} as data; expected a name, a path or a DataFrame")
    columns = [str(name) for name in frame.columns]
    if twice := sorted({name for name in columns if columns.count(name) > 1}):
        raise BenchError(f"a DataFrame has several columns named {', '.join(twice)}; expected different names")
    named: pd.DataFrame = frame.set_axis(columns, axis=1)
    return named


def _plan(dataset: Source | Sequence[Source], values: dict[str, Any]) -> plan.Plan:
    if isinstance(dataset, str | Path):
        return runner.load_plan(options.build({**values, "dataset": str(dataset)}))
    if isinstance(dataset, list | tuple):
        return runner.load_plan(options.build({**values, "dataset": [str(each) for each in dataset]}))
    if values.get("time"):
        raise BenchError("a DataFrame takes no time column; sort its rows and say ordered=True")
    config: Config = options.build({**_as_text(values), "dataset": "frame"})
    data = _dataset(dataset, config.datasets[0])
    made = plan.make(config, {data.name: data})
    build_check.demand(made)
    return made


def _dataset(frame: Any, asked: TableRequest) -> Dataset:  # noqa: ANN401 - whatever was given
    named = _named(frame)
    if asked.target is None:
        raise BenchError(f"a DataFrame needs a target; expected target= with one of: {', '.join(named.columns)}")
    schema = Schema(numeric=tuple(named.columns), target=asked.target, ordered=asked.ordered)
    values = hashlib.sha256(named.to_csv(index=False).encode()).hexdigest()
    found = Dataset("frame", "frame", named, schema, values, "a DataFrame", "unknown")
    return datasets.check_dataset(found, missing=asked.missing)


@contextmanager
def _outside() -> Iterator[None]:
    """Hides the file of a script from the worker processes, which would otherwise run it again from its first line."""
    main = sys.modules["__main__"]
    kept = {name: getattr(main, name) for name in ("__file__", "__spec__") if hasattr(main, name)}
    main.__spec__ = None
    if "__file__" in kept:
        del main.__file__
    try:
        yield
    finally:
        for name, value in kept.items():
            setattr(main, name, value)
