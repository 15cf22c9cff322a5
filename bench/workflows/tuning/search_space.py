"""Search spaces: which parameters of a generator are searched, and in which ranges; TOML, one table per generator."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from bench.api import BenchError
from bench.common.parsed_text import parse_toml
from bench.common.suggestions import closest

if TYPE_CHECKING:
    from optuna import Trial

    from bench.planning.generator_selection import Candidate


BUNDLED = "spaces.toml"
"""Name of the file with the search spaces of a package, beside the module of a generator."""


@dataclass(frozen=True, slots=True)
class Range:
    """Numbers from `low` to `high`, both included; whole numbers if both are.

    Attributes:
        log: whether values are drawn evenly on a logarithmic scale; `low` is then above 0.
        step: only `low`, `low + step`, ... are drawn; None: all numbers.
    """

    low: float
    high: float
    log: bool = False
    step: float | None = None


@dataclass(frozen=True, slots=True)
class Choices:
    """A list of values without an order, one of which is drawn."""

    values: tuple[Any, ...]


Space: TypeAlias = Mapping[str, Range | Choices]


def read_space(candidate: Candidate, path: Path | None = None, plugins: Iterable[str] = ()) -> Space:
    """Reads the search space of a generator from a file, by default the one beside its module or its plugin file.

    A preset without a table of its own has the space of its generator. `plugins` are the paths of the plugin files.

    Raises:
        BenchError: if there is no space, or it has an unknown parameter or an invalid range.
    """
    file = path or _bundled_file(candidate, plugins)
    tables = _read_toml(file) if file else {}
    names = [candidate.name, *([candidate.preset.generator] if candidate.preset else [])]
    table = next((tables[name] for name in names if name in tables), None)
    if not isinstance(table, Mapping) or not table:
        available = f"; {file.name} has {', '.join(tables)}" if file and tables else ""
        name = candidate.name
        raise BenchError(f"no search space for {name!r}; give --space FILE with [{name}]{available}")
    known = candidate.facts.parameters if candidate.facts else ()
    for name in table:
        if name not in known:
            raise BenchError(f"{candidate.name} has no parameter {name!r}: {closest(name, known)}")
    return {name: _dimension(f"{candidate.name}.{name}", value) for name, value in table.items()}


def suggest(space: Space, trial: Trial) -> dict[str, Any]:
    """Returns the next values to try, which an Optuna trial proposes."""
    return {name: _suggest(name, dimension, trial) for name, dimension in space.items()}


def space_as_json(space: Space) -> dict[str, Any]:
    """Returns the space as JSON values, for hashes and for people."""
    return {
        name: list(dimension.values if isinstance(dimension, Choices) else astuple(dimension))
        for name, dimension in space.items()
    }


def _suggest(name: str, dimension: Range | Choices, trial: Trial) -> Any:  # noqa: ANN401 - a parameter's value
    if isinstance(dimension, Choices):
        # Optuna stores scalars only, so lists are passed as text.
        return json.loads(str(trial.suggest_categorical(name, [json.dumps(value) for value in dimension.values])))
    low, high, step = dimension.low, dimension.high, dimension.step
    if isinstance(low, int) and isinstance(high, int):
        return trial.suggest_int(name, low, high, step=int(step or 1), log=dimension.log)
    value = trial.suggest_float(name, low, high, step=step, log=dimension.log)
    # Rounded, so that the fitted value is the one in the file.
    return min(max(float(f"{value:.4g}"), low), high)


def _bundled_file(candidate: Candidate, plugins: Iterable[str]) -> Path | None:
    if candidate.plugin is not None:
        source = next((path for path in plugins if Path(path).name == candidate.plugin.file), None)
    else:
        source = candidate.facts.file if candidate.facts else None
    path = Path(source).with_name(BUNDLED) if source else None
    return path if path is not None and path.is_file() else None


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return parse_toml(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BenchError(f"cannot read the search space {path}: {error.strerror}") from error
    except ValueError as error:
        raise BenchError(f"{path} is not valid TOML: {error}") from error


def _dimension(name: str, value: object) -> Range | Choices:
    if isinstance(value, list) and value:
        return Choices(tuple(value))
    if not isinstance(value, Mapping) or not {"low", "high"} <= set(value):
        raise BenchError(f"the space of {name} is {value!r}; expected a list of choices, or {{low = ..., high = ...}}")
    if unknown := set(value) - {"low", "high", "log", "step"}:
        raise BenchError(f"the space of {name} has {min(unknown)!r}; expected low, high, log and step only")
    return _range(name, value)


def _range(name: str, table: Mapping[str, Any]) -> Range:
    low, high, log, step = table["low"], table["high"], table.get("log", False), table.get("step")
    if any(isinstance(end, bool) or not isinstance(end, int | float) for end in (low, high)) or not low < high:
        raise BenchError(f"the space of {name} goes from {low!r} to {high!r}; expected two numbers, the lower first")
    if log is not False and (log is not True or low <= 0 or step is not None):
        problem = f"the space of {name} has log = {log!r}"
        raise BenchError(f"{problem}; expected true or false, true with low > 0 and no step")
    number = int if isinstance(low, int) and isinstance(high, int) else int | float
    if step is not None and (isinstance(step, bool) or not isinstance(step, number) or step <= 0):
        raise BenchError(f"the space of {name} has step {step!r}; expected a number above 0, whole if the ends are")
    return Range(low, high, log, step)
