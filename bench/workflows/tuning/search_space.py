"""Search spaces: which parameters of a generator are searched, and in which ranges; TOML, one table per generator."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, TypeGuard

from bench.api import BenchError
from bench.common.parsed_text import parse_json, parse_toml, read_text
from bench.common.suggestions import closest

if TYPE_CHECKING:
    from optuna import Trial

    from bench.planning.generator_selection import Candidate


BUNDLED = "spaces.toml"
"""Name of the file with the search spaces of a package, beside the module of a generator."""
_MOST = 2**53
"""The largest number of a range; beyond, floats miss whole numbers."""


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
    name = next((name for name in names if name in tables), None)
    if name is None:
        available = f"; {file} has {', '.join(tables) or 'no table'}" if file else ""
        name = candidate.name
        raise BenchError(f"no search space for {name!r}; give --space FILE with [{name}]{available}")
    table = tables[name]
    if not isinstance(table, Mapping) or not table:
        raise BenchError(f"{name} in {file} is {table!r:.100}; expected the table [{name}] with a line per parameter")
    known = candidate.facts.parameters if candidate.facts else ()
    for name in table:
        if name not in known:
            raise BenchError(f"{candidate.name} has no parameter {name!r}, as in {file}: {closest(name, known)}")
    return {name: _dimension(f"{candidate.name}.{name} in {file}", value) for name, value in table.items()}


def suggest(space: Space, trial: Trial) -> dict[str, Any]:
    """Returns the next values to try, which an Optuna trial proposes."""
    return {name: _suggest(name, dimension, trial) for name, dimension in space.items()}


def contains(space: Space, params: Mapping[str, Any]) -> bool:
    """Returns whether parameters are a setting of the space: those that are searched, each with a value of its own."""
    return set(params) == set(space) and all(_allows(space[name], value) for name, value in params.items())


def _allows(dimension: Range | Choices, value: object) -> bool:
    if isinstance(dimension, Choices):
        return value in dimension.values
    return _is_number(value) and dimension.low <= value <= dimension.high


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
        return parse_toml(read_text(path))
    except OSError as error:
        raise BenchError(f"cannot read the search space {path}: {error.strerror}") from error
    except ValueError as error:
        raise BenchError(f"{path} is not valid TOML: {error}") from error


def _dimension(name: str, value: object) -> Range | Choices:
    if isinstance(value, list) and value:
        return _choices(name, value)
    if not isinstance(value, Mapping) or not {"low", "high"} <= set(value):
        expected = "expected a list of choices, or {low = ..., high = ...}"
        raise BenchError(f"the space of {name} is {value!r:.100}; {expected}")
    if unknown := set(value) - {"low", "high", "log", "step"}:
        raise BenchError(f"the space of {name} has {min(unknown)!r}; expected low, high, log and step only")
    return _range(name, value)


def _choices(name: str, values: list[Any]) -> Choices:
    try:
        # Settings are stored as JSON.
        parse_json(json.dumps(values, allow_nan=False))
    except (TypeError, ValueError) as error:
        expected = "expected finite numbers, texts, true or false, or lists of them"
        raise BenchError(f"the space of {name} is {values!r:.100} ({error}); {expected}") from error
    return Choices(tuple(values))


def _range(name: str, table: Mapping[str, Any]) -> Range:
    low, high, log, step = table["low"], table["high"], table.get("log", False), table.get("step")
    if not (_is_number(low) and _is_number(high) and low < high):
        expected = "expected two numbers, the lower first, at most 2^53"
        raise BenchError(f"the space of {name} goes from {low!r:.50} to {high!r:.50}; {expected}")
    if log is not False and (log is not True or low <= 0 or step is not None):
        problem = f"the space of {name} has log = {log!r}"
        raise BenchError(f"{problem}; expected true or false, true with low > 0 and no step")
    number = int if isinstance(low, int) and isinstance(high, int) else int | float
    if step is not None and not (_is_number(step) and isinstance(step, number) and (high - low) / _MOST <= step > 0):
        problem = f"the space of {name} has step {step!r:.50}"
        raise BenchError(f"{problem}; expected a number above 0, whole if the ends are, and at most 2^53 steps")
    return Range(low, high, log, step)


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= _MOST
