"""The table of options. Every option of a run is stated here and nowhere else.

From this table come the flags of `bench run` and of other commands, the keys of a configuration file, the keywords of
`bench.run()` and `bench.evaluate()`, shell completion, and the command that a report prints.

To add an option, add an entry to `ConfigOptions` and a field of the same name to `Config`, if it changes numbers of a
run; else an entry to `RunOptions` and a field to `Operation`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, TypedDict

from bench.api import BenchError, PredictionTask
from bench.common.suggestions import split_names
from bench.planning.external_tables import parse_external_tables
from bench.planning.generator_params import read_params
from bench.planning.option_types import (
    Group,
    Option,
    as_list,
    at_least,
    check_path,
    is_number,
    options_of,
    refuse_unknown,
    require,
)
from bench.tables.table_request import Missing

SplitChoice = Literal["auto", "random", "blocked"]
RetriedStatus = Literal["failed", "timeout", "memory", "skipped"]
Texts = str | Sequence[str]


def _generator_names(value: object) -> tuple[str, ...]:
    if names := split_names(as_list(value)):
        return names
    raise BenchError("no generator is named; expected `all` or names separated by commas")


def _folder(value: object) -> Path:
    path: Path = check_path(value)
    try:
        is_other = path.exists() and not path.is_dir()
    except OSError as error:
        raise ValueError(f"a folder, and a path that the system can use ({error.strerror})") from error
    if is_other:
        raise ValueError("a folder or the name of a new one, not a file")
    return path


def _block_options(value: object) -> dict[str, Any]:
    names = ("blocks", "test_blocks", "embargo", "holdout")
    if not isinstance(value, Mapping):
        raise ValueError(f"a table [blocks] with any of {', '.join(names)}")
    refuse_unknown(value, names, "[blocks]")
    for key, number in value.items():
        if not is_number(number, (int, float) if key == "holdout" else int):
            raise BenchError(f"blocks.{key} is {number!r}; expected a number")
    return dict(value)


def _unique_texts(value: object) -> tuple[str, ...]:
    return tuple(dict.fromkeys(map(str, as_list(value))))


def _column_kinds(value: object) -> tuple[str, ...]:
    """Assignments such as `hour=categorical`; also from a table of kinds by column."""
    texts = [f"{name}={kind}" for name, kind in value.items()] if isinstance(value, Mapping) else as_list(value)
    return _unique_texts(texts)


_share = require(lambda value: is_number(value) and 0 < value < 1, float, "a number between 0 and 1, such as 0.2")

Seed = Annotated[int, Option("Base seed; everything random derives from it.", "0", at_least(0), printed=True)]
ProfileOption = Annotated[
    Literal["quick", "standard", "ci", "audit"],
    Option("quick, standard, ci or audit.", "quick", printed=True),
]
Workers = Annotated[int | None, Option("Trials at once, one thread each.", "cores")]


class DatasetOption(TypedDict, total=False):
    """The option that is an argument of its own in Python."""

    dataset: Annotated[
        Texts,
        Option("A registered name, or a CSV or Parquet path. Repeatable.", "station", as_list, kinds=("datasets",)),
    ]


class DataOptions(TypedDict, total=False):
    """How to read the table of a path; for registered data sets only `missing` has an effect."""

    target: Annotated[str | None, Option("For a path: the column to predict.")]
    ordered: Annotated[bool, Option("For a path: its rows are in time.")]
    time: Annotated[str | None, Option("For a path: the column to sort by; implies --ordered.")]
    missing: Annotated[Missing, Option("Gaps: keep and model them, drop rows with gaps, or refuse.", "keep")]
    column: Annotated[
        Mapping[str, str] | Texts,
        Option(
            "For a path: NAME=KIND: numeric, categorical, datetime or datetime:day-first. Repeatable.",
            "inferred",
            _column_kinds,
        ),
    ]
    missing_code: Annotated[
        Texts, Option("For a path: a value that is a gap, or NAME=VALUE for one column. Repeatable.", "", _unique_texts)
    ]
    leave_out: Annotated[
        Texts, Option("For a path: a column that is neither modelled nor scored. Repeatable.", "", _unique_texts)
    ]
    task: Annotated[
        PredictionTask | None, Option("For a path: regression, binary or multiclass.", "by the kind of the target")
    ]


class RowGroupOptions(TypedDict, total=False):
    """Which rows a random split keeps in one part."""

    group: Annotated[
        str | None, Option("For a path: a column, not modelled; rows with one value of it stay in one part.")
    ]
    distinct: Annotated[bool, Option("Draw splits over distinct rows: identical rows stay in one part.")]


class ConfigOptions(DataOptions, RowGroupOptions, total=False):
    """What decides the numbers of a run."""

    generators: Annotated[
        Literal["all"] | Texts,
        Option(
            "`all`, or names separated by commas or repeated.",
            "all",
            _generator_names,
            kinds=("generators", "presets"),
            printed=True,
        ),
    ]
    plugins: Annotated[
        Texts, Option("A Python file of generators, in `all` and to be named. Repeatable.", "", _unique_texts, "plugin")
    ]
    repeats: Annotated[int | None, Option("Splits to draw.", "the profile's")]
    seeds_per_split: Annotated[
        int, Option("Fits of a generator on each split: tells training noise from split noise.", "1")
    ]
    seed: Seed
    split: Annotated[SplitChoice, Option("random or blocked.", "blocked where rows are in time, else random")]
    holdout_share: Annotated[
        float | None, Option("Of a blocked split: the share of rows that are not test, held out.", "0.2", _share)
    ]
    profile: ProfileOption
    set: Annotated[
        Mapping[str, Mapping[str, Any]] | Texts,
        Option("generator.param=value, over the profile. Repeatable.", check=read_params),
    ]
    rows: Annotated[int | None, Option("Cap on train rows, applied after the split.")]
    snap: Annotated[bool, Option("Move generated columns to train's grids before scoring.")]
    device: Annotated[Literal["cpu", "cuda"] | str, Option("cpu or cuda; a plugin may know more.", "cpu", str)]
    blocks: Annotated[
        Mapping[str, float],
        Option("Of a blocked split: blocks, test_blocks, embargo, holdout.", "", _block_options, None),
    ]
    external: Annotated[
        Mapping[str, Any] | Texts,
        Option("name=folder: tables made elsewhere, one per split. Repeatable.", check=parse_external_tables),
    ]


class RunOptions(ConfigOptions, total=False):
    """All options but the data set: those above, and how a run is carried out, which changes no number."""

    out: Annotated[str | Path | None, Option("Run directory.", "runs/<name>-<hash of the configuration>")]
    workers: Workers
    timeout: Annotated[float | None, Option("Seconds a fit may take.", "4 hours or more")]
    memory: Annotated[float | None, Option("GiB a fit may use.", "90 % of the machine's")]
    retry: Annotated[
        RetriedStatus | Sequence[RetriedStatus], Option("Run again what ended so: failed, timeout, memory, skipped.")
    ]
    cache: Annotated[str | Path | None, Option("Folder through which runs share finished trials.", check=_folder)]
    cluster: Annotated[str | None, Option("Run on this Dask scheduler (tcp://host:8786) instead of this machine.")]
    track: Annotated[
        Literal["mlflow"] | None, Option("mlflow: log the finished run there too; with --resume, a stored one.")
    ]


class EvaluateOptions(DataOptions, total=False):
    """The options of a run that `bench.evaluate()` takes too."""

    profile: ProfileOption
    seed: Seed
    workers: Workers


OPTIONS: dict[str, Option] = {**options_of(DatasetOption), **options_of(RunOptions)}
"""Every option by name, in the order of `bench run --help`."""

_DATA = [*options_of(DatasetOption), *options_of(DataOptions), *options_of(RowGroupOptions)]
NAMES: Mapping[Group, list[str]] = {
    "data": _DATA,
    "configuration": [name for name in options_of(ConfigOptions) if name not in _DATA],
    "operation": [name for name in options_of(RunOptions) if name not in options_of(ConfigOptions)],
}
"""The names of the options of each group."""


def check_options(values: Mapping[str, Any], group: Group) -> dict[str, Any]:
    """Returns the options of a group that are given (not None), each in the form that configurations hold.

    Raises:
        BenchError: if a value has the wrong type or is out of range.
    """
    return {name: OPTIONS[name].checked(values[name]) for name in NAMES[group] if values.get(name) is not None}


def command_words(values: Mapping[str, object]) -> list[str]:
    """Returns the words of a command line that give these options, in the order of the table."""
    return [word for name, option in OPTIONS.items() if name in values for word in option.words(values[name])]
