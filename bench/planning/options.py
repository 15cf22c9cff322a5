"""The table of options. Every option of a run is stated here and nowhere else.

From this table come the flags of `bench run` and of other commands, the keys of a configuration file, the keywords of
`bench.run()` and `bench.evaluate()`, shell completion, and the command that a report prints.

To add an option, add an entry to `RunOptions`, and a field of the same name to `Config` if the option changes numbers
of a run, or to `Operation` if it does not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias, TypedDict

from bench.api import BenchError
from bench.common.suggestions import split_names
from bench.planning.external_tables import parse_external_tables
from bench.planning.generator_params import read_params
from bench.planning.option_types import Group, Option, as_list, at_least, folder, options_of, refuse_unknown, share
from bench.plugins import entry_points
from bench.tables.table_request import Missing

SplitChoice = Literal["auto", "random", "blocked"]
ProfileName = Literal["quick", "standard", "ci"]
RetriedStatus = Literal["failed", "timeout", "memory", "skipped"]


def _generator_names(value: object, _: str) -> tuple[str, ...]:
    names = split_names(as_list(value))
    if not names:
        raise BenchError("no generator is named; expected `all` or names separated by commas")
    return names


def _unique_texts(value: object, _: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(item) for item in as_list(value)))


def _block_options(value: object, _: str) -> dict[str, Any]:
    names = ("blocks", "test_blocks", "embargo", "holdout")
    if not isinstance(value, Mapping):
        raise BenchError(f"blocks is {value!r}; expected a table [blocks] with any of {', '.join(names)}")
    refuse_unknown(value, names, "[blocks]")
    for key, number in value.items():
        if isinstance(number, bool) or not isinstance(number, int | float if key == "holdout" else int):
            raise BenchError(f"blocks.{key} is {number!r}; expected a number")
    return dict(value)


TargetOption: TypeAlias = Annotated[str | None, Option("For a path: the column to predict.", group="data")]
OrderedOption: TypeAlias = Annotated[bool, Option("For a path: its rows are in time.", group="data")]
TimeOption: TypeAlias = Annotated[
    str | None, Option("For a path: the column to sort by; implies --ordered.", group="data")
]
MissingOption: TypeAlias = Annotated[
    Missing, Option("Rows with missing values: refuse or drop.", default="refuse", group="data")
]
SeedOption: TypeAlias = Annotated[
    int, Option("Base seed; everything random derives from it.", default="0", check=at_least(0), printed=True)
]
ProfileOption: TypeAlias = Annotated[ProfileName, Option("quick, standard or ci.", default="quick", printed=True)]
WorkersOption: TypeAlias = Annotated[
    int | None, Option("Trials at once, one thread each.", default="cores", group="operation")
]


class DatasetOption(TypedDict, total=False):
    """The option that is an argument of its own in Python."""

    dataset: Annotated[
        str | Sequence[str],
        Option(
            "A registered name, or a CSV or Parquet path. Repeatable.",
            default="station",
            group="data",
            check=lambda value, _: as_list(value),
            completions=lambda: entry_points.names("datasets"),
        ),
    ]


class EvaluateOptions(TypedDict, total=False):
    """The options of a run that `bench.evaluate()` takes too."""

    target: TargetOption
    ordered: OrderedOption
    time: TimeOption
    missing: MissingOption
    profile: ProfileOption
    seed: SeedOption
    workers: WorkersOption


class RunOptions(TypedDict, total=False):
    """The options of a run, in the order of `bench run --help`."""

    target: TargetOption
    ordered: OrderedOption
    time: TimeOption
    missing: MissingOption
    generators: Annotated[
        str | Sequence[str],
        Option(
            "`all`, or names separated by commas or repeated.",
            default="all",
            check=_generator_names,
            completions=lambda: ["all", *entry_points.names("generators"), *entry_points.names("presets")],
            printed=True,
        ),
    ]
    plugins: Annotated[
        str | Sequence[str],
        Option(
            "A Python file of generators, in `all` and to be named. Repeatable.", check=_unique_texts, flag="plugin"
        ),
    ]
    repeats: Annotated[int | None, Option("Splits to draw.", default="the profile's")]
    seeds_per_split: Annotated[
        int, Option("Fits of a generator on each split: tells training noise from split noise.", default="1")
    ]
    seed: SeedOption
    split: Annotated[SplitChoice, Option("random or blocked.", default="blocked where rows are in time, else random")]
    holdout_share: Annotated[
        float | None,
        Option("Of a blocked split: the share of rows that are not test, held out.", default="0.2", check=share),
    ]
    profile: ProfileOption
    set: Annotated[
        Mapping[str, Mapping[str, Any]] | str | Sequence[str],
        Option("generator.param=value, over the profile. Repeatable.", check=lambda value, _: read_params(value)),
    ]
    rows: Annotated[int | None, Option("Cap on train rows, applied after the split.")]
    snap: Annotated[bool, Option("Move generated columns to train's grids before scoring.")]
    device: Annotated[
        str,
        Option(
            "cpu or cuda; a plugin may know more.",
            default="cpu",
            check=lambda value, _: str(value),
            completions=lambda: ["cpu", "cuda"],
        ),
    ]
    blocks: Annotated[
        Mapping[str, float],
        Option("Of a blocked split: blocks, test_blocks, embargo, holdout.", check=_block_options, flag=None),
    ]
    external: Annotated[
        Mapping[str, Any] | str | Sequence[str],
        Option(
            "name=folder: tables made elsewhere, one per split. Repeatable.",
            check=lambda value, _: parse_external_tables(value),
        ),
    ]
    out: Annotated[
        str | Path | None,
        Option("Run directory.", default="runs/<name>-<hash of the configuration>", group="operation"),
    ]
    workers: WorkersOption
    timeout: Annotated[float | None, Option("Seconds a trial may take.", default="no limit", group="operation")]
    memory: Annotated[float | None, Option("GiB a trial may use.", default="no limit", group="operation")]
    retry: Annotated[
        RetriedStatus | Sequence[RetriedStatus],
        Option("Run again what ended so: failed, timeout, memory.", group="operation"),
    ]
    cache: Annotated[
        str | Path | None,
        Option("Folder through which runs share finished trials.", group="operation", check=folder),
    ]
    cluster: Annotated[
        str | None,
        Option("Run on this Dask scheduler (tcp://host:8786) instead of this machine.", group="operation"),
    ]
    track: Annotated[
        Literal["mlflow"] | None,
        Option("mlflow: log the finished run there too; with --resume, a stored one.", group="operation"),
    ]


OPTIONS: dict[str, Option] = {**options_of(DatasetOption), **options_of(RunOptions)}
"""Every option by name."""


def names_of(*groups: Group) -> list[str]:
    """Returns the names of the options of some groups."""
    return [name for name, option in OPTIONS.items() if option.group in groups]


def check_options(values: Mapping[str, Any], *groups: Group) -> dict[str, Any]:
    """Returns the options of some groups that are given (not None), each in the form that configurations hold.

    Raises:
        BenchError: if a value has the wrong type or is out of range.
    """
    return {name: OPTIONS[name].checked(values[name]) for name in names_of(*groups) if values.get(name) is not None}


def command_words(values: Mapping[str, object]) -> list[str]:
    """Returns the words of a command line that give these options, in the order of the table."""
    return [word for name, option in OPTIONS.items() if name in values for word in option.words(values[name])]
