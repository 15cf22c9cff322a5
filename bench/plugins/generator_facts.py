"""What planning, lists and reports need to know of a generator's class, so that they need not import it themselves."""

from __future__ import annotations

import inspect
import json
import math
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bench.api import BenchError, Budget, GeneratorInfo
from bench.common.digests import versions

_OPTIONAL_METHODS = ("save", "load", "conditions")


@dataclass(frozen=True, slots=True)
class GeneratorFacts:
    """Facts of a generator's class.

    Attributes:
        summary: one line for lists.
        parameters: its hyper-parameters, the constructor's keywords.
        methods: those of `save`, `load` and `conditions` that it has.
        module: that the class is in.
        file: of that module; empty if it has none.
        info: what the class declares about itself.
        code: digest of its code, where the command must not look for the module itself; see `digests.code_digest`.
    """

    summary: str
    parameters: tuple[str, ...]
    methods: tuple[str, ...]
    module: str
    file: str
    info: GeneratorInfo
    code: str = ""

    @property
    def missing_packages(self) -> list[str]:
        """The distributions that it needs and that are not installed."""
        installed = versions(self.info.packages)
        return [name for name in self.info.packages if name not in installed]

    @property
    def installation_hint(self) -> str:
        """Which packages it lacks and the command that installs them; empty if it lacks none."""
        packages = self.missing_packages
        command = self.info.install or f"pip install {' '.join(packages)}"
        return f"needs {', '.join(packages)}: {command}" if packages else ""


def pack_facts(facts: GeneratorFacts) -> Any:  # noqa: ANN401 - JSON
    """Returns facts as JSON values."""
    return _adapter().dump_python(facts, mode="json")


def unpack_facts(values: Any) -> GeneratorFacts:  # noqa: ANN401 - JSON
    """Returns the facts of `pack_facts`.

    Raises:
        ValueError: if the values have another form.
    """
    facts: GeneratorFacts = _adapter().validate_python(values)
    return facts


def _adapter() -> Any:  # noqa: ANN401
    from pydantic import TypeAdapter

    return TypeAdapter(GeneratorFacts)


def facts_of(cls: type) -> GeneratorFacts:
    """Returns the facts of a generator's class.

    Raises:
        BenchError: if the class breaks the contract.
    """
    if problem := contract_problem(cls):
        raise BenchError(problem)
    return GeneratorFacts(
        summary=summary(cls),
        parameters=parameter_names(cls),
        methods=tuple(name for name in _OPTIONAL_METHODS if hasattr(cls, name)),
        module=cls.__module__,
        file=getattr(sys.modules.get(cls.__module__), "__file__", None) or "",
        info=declared_info(cls),
    )


def declared_info(cls: type) -> GeneratorInfo:
    """Returns what a generator's class declares about itself; an empty declaration if it has none."""
    info = getattr(cls, "info", None)
    return info if isinstance(info, GeneratorInfo) else GeneratorInfo()


def parameter_names(cls: type) -> tuple[str, ...]:
    """Returns the hyper-parameters of a generator's class: its constructor's keywords."""
    return tuple(name for name in _signature(cls).parameters if name not in ("args", "kwargs"))


def summary(thing: object) -> str:
    """Returns one line for lists: the declared summary, or the first line of the docstring."""
    declared = getattr(thing, "summary", None)
    return declared if isinstance(declared, str) else (thing.__doc__ or "").strip().split("\n")[0]


def contract_problem(cls: Any) -> str:  # noqa: ANN401 - whatever a plugin registers
    """Returns how a generator's class breaks the contract, as one line; empty if it does not. Nothing is built."""
    if not inspect.isclass(cls):
        return f"got a {type(cls).__name__}; expected a class with fit and sample"
    if problem := _method_problem(cls) or _constructor_problem(cls):
        return f"{cls.__name__}{problem}"
    return _info_problem(cls)


def _method_problem(cls: type) -> str:
    for expected, positional in (("fit(self, train, schema, *, seed)", 3), ("sample(self, n, *, seed)", 2)):
        name = expected.partition("(")[0]
        method = getattr(cls, name, None)
        if not callable(method):
            return f" has no {name}; expected {expected}"
        signature = _signature(method)
        try:
            signature.bind(*[None] * positional, seed=0)
        except TypeError as error:
            return f".{name}{signature} cannot be called as {expected}: {error}"
    return ""


def _signature(function: Callable[..., object]) -> inspect.Signature:
    """The signature of a function or class; one that takes everything if Python does not know it."""
    try:
        return inspect.signature(function)
    except (TypeError, ValueError):
        return inspect.signature(lambda *_, **__: None)


def _constructor_problem(cls: type) -> str:
    parameters = _signature(cls).parameters.values()
    named = [item for item in parameters if item.kind not in (item.VAR_POSITIONAL, item.VAR_KEYWORD)]
    required = [parameter.name for parameter in named if parameter.default is parameter.empty]
    return f" needs {', '.join(required)} to be built; expected a default for every hyper-parameter" if required else ""


def _info_problem(cls: type) -> str:
    try:
        for profile, budget in declared_info(cls).budgets.items():
            if not isinstance(budget, Budget):
                return f"{cls.__name__}.info.budgets[{profile!r}] is a {type(budget).__name__}; expected a Budget"
            json.dumps(dict(budget.params), allow_nan=False)
            if not 0 <= budget.seconds < math.inf:
                return f"{cls.__name__}.info.budgets[{profile!r}].seconds is {budget.seconds}; expected a number"
    except (AttributeError, TypeError, ValueError) as error:
        return f"{cls.__name__}.info.budgets cannot be stored: {error}; expected profile -> Budget of plain values"
    return ""
