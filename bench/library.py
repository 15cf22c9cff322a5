"""Bench from Python: `from bench import run, evaluate`. Their results show themselves in a notebook."""

from __future__ import annotations

import hashlib
import inspect
import re
import sys
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, Unpack

from bench.api import BenchError, Board, Dataset, Entry
from bench.common.formatting import why_no_overall
from bench.execution import runner
from bench.execution.fit_trial import ROWS
from bench.planning.option_types import options_of, refuse_unknown
from bench.planning.options import EvaluateOptions, RunOptions
from bench.planning.plan import Plan
from bench.planning.read_config import build_config, build_operation
from bench.reporting import build_report
from bench.runs import run_directory
from bench.runs.stored_files import is_stored, read_table
from bench.statistics import leaderboard
from bench.tables import datasets
from bench.tables.infer import infer_schema
from bench.tables.plain_columns import is_text, plain_column
from bench.tables.row_groups import take_group_column
from bench.tables.table_from_file import flags_of, inferred_gaps
from bench.tables.table_request import TableRequest
from bench.workflows.evaluation import evaluate as evaluation
from bench.workflows.evaluation.input_tables import EvaluationRequest
from bench.workflows.mlflow_tracking import log_run

if TYPE_CHECKING:
    import pandas as pd

Source: TypeAlias = "str | Path | pd.DataFrame"
"""A registered name, the path of a CSV or Parquet file, or a table."""


_SHOWN = 7
"""Most generators in the text of a result."""


@dataclass(frozen=True, repr=False)
class Result:
    """A finished run or evaluation.

    Attributes:
        run: the stored run; see `bench.runs.run_directory.Run`.
    """

    run: run_directory.Run

    @property
    def path(self) -> Path:
        """The run directory."""
        return self.run.path

    @cached_property
    def leaderboard(self) -> pd.DataFrame:
        """One line per generator and reference row: rank, overall score with its interval, family scores.

        A family that could not be measured has a column without values.
        """
        import pandas as pd

        boards = leaderboard.rank(self.run).boards
        families = list(dict.fromkeys(metric.family for metric in self.run.metrics if metric.ranked))
        return pd.DataFrame([_cells(board, entry, families) for board in boards for entry in board.entries])

    @cached_property
    def metrics(self) -> pd.DataFrame:
        """Every value, one per line; see `bench.runs.run_directory.FRAME_COLUMNS`."""
        return self.run.frame()

    def rows(self, generator: str, *, repeat: int = 0, dataset: str | None = None) -> pd.DataFrame:
        """Reads the synthetic rows of a generator.

        Args:
            generator: its name.
            repeat: which one, from 0.
            dataset: its name; the first data set of the run by default.

        Raises:
            BenchError: if there are no rows of it.
        """
        wanted = dataset or self.run.manifest.datasets[0].name, repeat, generator
        for result in self.run.results:
            trial, file = result.trial, self.run.directory(result) / ROWS
            if (trial.dataset, trial.repeat, trial.generator) == wanted and is_stored(file):
                return read_table(file, self.run.root(result))
        stored = sorted({result.trial.generator for result in self.run.results if result.status == "ok"})
        raise BenchError(
            f"no rows of {generator} on {wanted[0]} in repeat {repeat}; expected a repeat from 0, and one of "
            f"{', '.join(stored)}"
        )

    def report(self, path: str | Path | None = None, *, figures: bool = True) -> Path:
        """Writes `report.md` and `report.html`.

        Args:
            path: a folder; the run's own by default.
            figures: whether the reports have figures.

        Returns:
            The path of the HTML report.
        """
        return build_report.write_report(self.run, figures=figures, out=None if path is None else Path(path))[1]

    def plot(
        self,
        kind: str = "scores",
        *,
        generators: Sequence[str] = (),
        column: str | None = None,
        dataset: str | None = None,
        ax: Any = None,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401 - matplotlib's axes, which this room does not import
        """Plots a part of the result with matplotlib; colours are those of the reports.

        Args:
            kind: `scores` (overall scores with 95 % intervals), `ranks` (rank ranges), `heatmap` (family scores), or
                `column` (histograms of one column of numbers, real and synthetic rows of the first repeat).
            generators: names of those to show; none means all.
            column: name of the column, for `kind="column"`.
            dataset: its name; the first data set of the run by default.
            ax: matplotlib axes to plot on; new ones by default.

        Returns:
            The axes, for example of `result.plot("column", column="age", generators=["cart"])`.

        Raises:
            BenchError: if the kind, a generator, the column or the data set is unknown.
        """
        from bench.reporting.figures.plot import draw_panel
        from bench.reporting.result_panels import panel

        boards = {board.dataset: board for board in leaderboard.rank(self.run).boards}
        name = dataset or next(iter(boards), "")
        if name not in boards:
            raise BenchError(
                f"the run has no data set {name!r}; expected one of {', '.join(boards) or 'none: no results'}"
            )
        plotted = panel(self.run, boards[name], kind, generators, column)
        return draw_panel(ax, plotted, sorted(self.run.manifest.generators))

    def __repr__(self) -> str:
        """The first lines of the leaderboard, without reference rows."""
        board = self.leaderboard[self.leaderboard["kind"] == "generator"]
        known = {"kind", "protocol", "low", "high", "reason", "implausible"}
        known |= {"dataset"} if board["dataset"].nunique() == 1 else set()
        columns = [name for name in board if name not in known]
        board = board.astype({"rank": "Int64"})
        text = board[columns].head(_SHOWN).to_string(index=False, float_format="{:.3f}".format, na_rep="-")
        boards = leaderboard.rank(self.run).boards
        untested = any(not entry.tested for one in boards for entry in one.generators)
        note = "\nranks are not tested: too few repeats to tell a difference from noise" if untested else ""
        why = note + "".join(f"\nno overall score: {why_no_overall(one)}" for one in boards if one.no_overall)
        more = f"\n... {len(board) - _SHOWN} more in .leaderboard" if len(board) > _SHOWN else ""
        return f"{self.path}\n{text}{more}{why}"

    def _repr_html_(self) -> str:
        """The leaderboard, two pictures and a link to the report."""
        from bench.reporting.notebook import result_html

        return result_html(self.run, leaderboard.rank(self.run))


def _cells(board: Board, entry: Entry, families: Collection[str]) -> dict[str, Any]:
    low, high = entry.interval or (None, None)
    return {
        "dataset": board.dataset,
        "protocol": board.protocol,
        "rank": None if entry.implausible else entry.rank,
        "generator": entry.generator,
        "kind": entry.kind,
        "overall": entry.overall.mean if entry.overall else None,
        "low": low,
        "high": high,
        **{name: entry.families[name].mean if name in entry.families else None for name in families},
        "status": ", ".join(f"{count} {status}" for status, count in entry.status.items()),
        "reason": entry.reason,
        "implausible": entry.implausible,
    }


def run(
    dataset: Source | Sequence[Source] = "station", *, figures: bool = True, **options: Unpack[RunOptions]
) -> Result:
    """Fits, samples, scores and ranks generators, as `bench run` does; finished trials are kept.

    Args:
        dataset: a registered name, a CSV or Parquet file, or a DataFrame with a `target`; or several names and files.
        figures: whether the reports have figures.
        **options: the options of `bench run`.

    Returns:
        The finished run; `report.md` and `report.html` are in its directory.

    Raises:
        BenchError: if an option does not exist or its value cannot be used.
    """
    values = _known_options(options, RunOptions)
    operation = build_operation(values)
    log_run.require_tracker(operation.track)
    plan = _plan(dataset, values)
    path = runner.choose_run_directory(plan, operation.out)
    with _hidden_script(), runner.session(plan, path, operation) as schedule:
        finished_run = runner.run(schedule, operation)
    build_report.write_report(finished_run, figures=figures)
    log_run.track_run(finished_run, operation.track, lambda _: None)
    return Result(finished_run)


def evaluate(
    real: Source,
    synthetic: Source,
    *,
    holdout: Source | None = None,
    out: str | Path | None = None,
    figures: bool = True,
    force: bool = False,
    **options: Unpack[EvaluateOptions],
) -> Result:
    """Scores a synthetic table made anywhere, as `bench evaluate` does, with one worker by default.

    Args:
        real: the table that the synthetic one was made from: a registered name, a file or a DataFrame.
        synthetic: a file or a DataFrame.
        holdout: real rows that were not used to make it; without them privacy and utility are not assessable.
        out: a new folder for the report and the result; under `runs/` by default.
        figures: whether the reports have figures.
        force: whether to replace an earlier evaluation.
        **options: options of `bench evaluate`.

    Raises:
        BenchError: if a table cannot be used, or an option does not exist or its value cannot be used.
    """
    values = _known_options(options, EvaluateOptions)
    config, workers = build_config(values), build_operation({"workers": 1, **values}).workers
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, _hidden_script():
        question = EvaluationRequest(
            replace(config.datasets[0], name=str(_file(real, Path(folder) / "real.parquet"))),
            Path(_file(synthetic, Path(folder) / "synthetic.parquet")),
            None if holdout is None else Path(_file(holdout, Path(folder) / "holdout.parquet")),
            config.profile,
            config.seed,
            workers,
        )
        return Result(evaluation.evaluate(question, None if out is None else Path(out), figures=figures, force=force))


def _describe_options(function: Callable[..., Result], table: type) -> None:
    """Lists the options of a table in a function's docstring and signature, for `help` and editors."""
    options = options_of(table).values()
    signature = inspect.signature(function)
    *own, _ = signature.parameters.values()
    kind = inspect.Parameter.KEYWORD_ONLY
    keywords = [inspect.Parameter(option.name, kind, default=None, annotation=option.type) for option in options]
    function.__signature__ = signature.replace(parameters=[*own, *keywords])  # type: ignore[attr-defined]
    lines = "\n    ".join(f"{option.name}: {option.text}" for option in options)
    # Since Python 3.13, docstrings have lost their common indentation.
    function.__doc__ = re.sub(r"\*\*options: .*", lambda _: lines, inspect.cleandoc(function.__doc__ or ""))


_describe_options(run, RunOptions)
_describe_options(evaluate, EvaluateOptions)


def _known_options(options: Mapping[str, Any], table: type) -> dict[str, Any]:
    """The options by name. Columns of a DataFrame may be named by numbers, so names of columns are turned to text.

    Lists of names become text where they are checked.
    """
    refuse_unknown(options, options_of(table), "the call")
    columns = {name: str(value) for name, value in options.items() if name in ("target", "group") and value is not None}
    return {**options, **columns}


def _file(source: Source, path: Path) -> str | Path:
    """Returns a name or path as it is; writes a DataFrame to `path`."""
    if isinstance(source, str | Path):
        return source
    table = _with_text_names(source)
    # Parquet has one type per column; a column of objects may hold several.
    texts = {name: plain_column(table[name], f"column {name!r}") for name in map(str, table) if is_text(table[name])}
    table.assign(**texts).to_parquet(path, index=False)
    return path


def _with_text_names(frame: Any) -> pd.DataFrame:  # noqa: ANN401 - whatever the caller passes
    """Returns a DataFrame whose columns are named by text."""
    if not hasattr(frame, "to_parquet"):
        raise BenchError(f"got a {type(frame).__name__} as data; expected a name, a path or a DataFrame")
    columns = [str(name) for name in frame.columns]
    if repeated := sorted({name for name in columns if columns.count(name) > 1}):
        raise BenchError(f"a DataFrame has several columns named {', '.join(repeated)}; expected different names")
    named: pd.DataFrame = frame.set_axis(columns, axis=1)
    return named


def _plan(dataset: Source | Sequence[Source], values: dict[str, Any]) -> Plan:
    if isinstance(dataset, str | Path | list | tuple):
        names = dataset if isinstance(dataset, list | tuple) else [dataset]
        return runner.load_plan(build_config({**values, "dataset": [str(name) for name in names]}))
    if values.get("time"):
        raise BenchError("a DataFrame takes no time column; sort its rows and say ordered=True")
    config = build_config({**values, "dataset": "frame"})
    data = _frame_dataset(dataset, config.datasets[0])
    return runner.plan_run(config, {data.name: data})


def _frame_dataset(frame: Any, request: TableRequest) -> Dataset:  # noqa: ANN401 - whatever the caller passes
    table = _with_text_names(frame)
    if request.target is None:
        raise BenchError(f"a DataFrame needs a target; expected target= with one of: {', '.join(table.columns)}")
    table, groups, aside = table.reset_index(drop=True), None, []
    said = flags_of(request, table.columns)
    sha256 = hashlib.sha256(table.to_csv(index=False).encode() + said.identity().encode()).hexdigest()
    if request.group is not None:
        table, groups = take_group_column(table, request.group, "the DataFrame", request.target)
        aside = [request.group]
    found = infer_schema(
        table,
        request.target,
        said,
        "the DataFrame",
        ordered=request.ordered,
        missing=inferred_gaps(request.missing),
        aside=aside,
    )
    groups = None if groups is None else groups.loc[found.frame.index]
    data = Dataset(
        *("frame", "frame", found.frame, found.schema, sha256, "a DataFrame", "unknown", found.notes), row_groups=groups
    )
    return datasets.check_request(data, request)


@contextmanager
def _hidden_script() -> Iterator[None]:
    """Hides the file of a script from the worker processes, which would otherwise run it again from its first line."""
    main = sys.modules["__main__"]
    attributes = {name: getattr(main, name) for name in ("__file__", "__spec__") if hasattr(main, name)}
    main.__spec__ = None
    if "__file__" in attributes:
        del main.__file__
    try:
        yield
    finally:
        for name, value in attributes.items():
            setattr(main, name, value)
