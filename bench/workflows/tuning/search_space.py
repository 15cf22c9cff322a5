"""Search spaces: which of a generator's parameters are tried, and between what; TOML, one table per generator."""

from __future__ import annotations

import json
import sys
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from bench.api import BenchError
from bench.common.suggestions import closest
from bench.planning.generator_selection import parameter_names

if TYPE_CHECKING:
    from optuna import Trial

    from bench.planning.generator_selection import Candidate

BUNDLED = "spaces.toml"
"""The file beside a generator's module that holds the spaces of its package."""


@dataclass(frozen=True, slots=True)
class Range:
    """Numbers from `low` to `high`, both included; whole ones if both are.

    Attributes:
        log: tried evenly on a logarithmic scale; `low` is then above 0.
        step: only `low`, `low + step`, ...; None: all of them.
    """

    low: float
    high: float
    log: bool = False
    step: float | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the values, which have no order."""

    values: tuple[Any, ...]


Space: TypeAlias = Mapping[str, Range | Choice]


def load(candidate: Candidate, path: Path | None = None, plugins: Iterable[str] = ()) -> Space:
    """The space of a generator: from the file, or else from the one beside its module or its plugin file.

    A preset without a table of its own is searched over its generator's.

    Args:
        candidate: the generator.
        path: a file of spaces, or None.
        plugins: paths of plugin files, one of which may hold the generator.

    Raises:
        BenchError: if there is none, or it names a parameter or a range that cannot be.
    """
    file = path or _beside(candidate, plugins)
    tables = _read(file) if file else {}
    names = [candidate.name, *([candidate.preset.generator] if candidate.preset else [])]
    table = next((tables[name] for name in names if name in tables), None)
    if not isinstance(table, Mapping) or not table:
        known = f"; {file.name} has {', '.join(tables)}" if file and tables else ""
        raise BenchError(f"no search space for {candidate.name!r}; give --space FILE with [{candidate.name}]{known}")
    known_parameters = parameter_names(candidate.cls) if candidate.cls else ()
    for name in table:
        if name not in known_parameters:
            raise BenchError(f"{candidate.name} has no parameter {name!r}: {closest(name, known_parameters)}")
    return {name: _dimension(f"{candidate.name}.{name}", said) for name, said in table.items()}


def suggest(space: Space, trial: Trial) -> dict[str, Any]:
    """The next values to try, asked of an Optuna trial."""
    return {name: _suggest(name, dimension, trial) for name, dimension in space.items()}


def plain(space: Space) -> dict[str, Any]:
    """The space as JSON, for hashes and for people."""
    return {
        name: list(one.values) if isinstance(one, Choice) else [one.low, one.high, one.log, one.step]
        for name, one in space.items()
    }


def _suggest(name: str, dimension: Range | Choice, trial: Trial) -> Any:  # noqa: ANN401 - a parameter's value
    if isinstance(dimension, Choice):
        # A study's storage keeps scalars only; lists travel as text.
        return json.loads(str(trial.suggest_categorical(name, [json.dumps(value) for value in dimension.values])))
    low, high, step = dimension.low, dimension.high, dimension.step
    if isinstance(low, int) and isinstance(high, int):
        return trial.suggest_int(name, low, high, step=int(step or 1), log=dimension.log)
    value = trial.suggest_float(name, low, high, step=step, log=dimension.log)
    # As written for people: what is fitted is what the file will say.
    return min(max(float(f"{value:.4g}"), low), high)


def _beside(candidate: Candidate, plugins: Iterable[str]) -> Path | None:
    module = sys.modules.get(candidate.cls.__module__) if candidate.cls else None
    if candidate.plugin is not None:
        home = next((path for path in plugins if Path(path).name == candidate.plugin.file), None)
    else:
        home = getattr(module, "__file__", None)
    path = Path(home).with_name(BUNDLED) if home else None
    return path if path is not None and path.is_file() else None


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BenchError(f"cannot read the search space {path}: {error.strerror}") from error
    except ValueError as error:
        raise BenchError(f"{path} is not valid TOML: {error}") from error


def _dimension(name: str, said: object) -> Range | Choice:
    if isinstance(said, list) and said:
        return Choice(tuple(said))
    if not isinstance(said, Mapping) or not {"low", "high"} <= set(said):
        raise BenchError(f"the space of {name} is {said!r}; expected a list of choices, or {{low = ..., high = ...}}")
    if unknown := set(said) - {"low", "high", "log", "step"}:
        raise BenchError(f"the space of {name} says {min(unknown)!r}; expected low, high, log and step only")
    return _range(name, said)


def _range(name: str, said: Mapping[str, Any]) -> Range:
    low, high, log, step = said["low"], said["high"], said.get("log", False), said.get("step")
    if any(isinstance(one, bool) or not isinstance(one, int | float) for one in (low, high)) or not low < high:
        raise BenchError(f"the space of {name} goes from {low!r} to {high!r}; expected two numbers, the lower first")
    if log is not False and (log is not True or low <= 0 or step is not None):
        raise BenchError(
            f"the space of {name} has log = {log!r}; expected true or false, true with low > 0 and no step"
        )
    whole = isinstance(low, int) and isinstance(high, int)
    if step is not None and (
        isinstance(step, bool) or not isinstance(step, int if whole else int | float) or step <= 0
    ):
        raise BenchError(f"the space of {name} has step {step!r}; expected a number above 0, whole if the ends are")
    return Range(low, high, log, step)
