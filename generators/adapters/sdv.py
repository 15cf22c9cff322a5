"""Any single-table synthesizer of SDV, by its class's name: `sdv:TVAESynthesizer`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar

from bench.api import BenchError, GeneratorInfo
from bench.common.suggestions import closest

from ..wrappers.ctgan_package import LICENCE
from ..wrappers.sdv_library import INSTALL, Synthesizer, defaults
from ..wrappers.sdv_networks import Trained, check_batches

if TYPE_CHECKING:
    from collections.abc import Mapping

_INFO = GeneratorInfo(
    licence=LICENCE,
    paper="Patki et al. (2016), The Synthetic Data Vault",
    packages=("sdv", "ctgan", "copulas", "rdt", "scikit-learn", "scipy", "torch", "numpy"),
    install=INSTALL,
    preload=("torch._dynamo",),
)


@dataclass(kw_only=True, eq=False)
class Configurable:
    """Any option that SDV's class has.

    Attributes:
        options: constructor keywords of SDV's class, over its defaults.
    """

    info: ClassVar = _INFO
    _synthesizer: ClassVar[str]
    options: Mapping[str, Any] | None = None

    def __post_init__(self) -> None:
        _check(self._synthesizer, self.options)


@dataclass(kw_only=True, eq=False)
class Plain(Configurable, Synthesizer):
    """A synthesizer without networks."""

    def _options(self) -> dict[str, Any]:
        return dict(self.options or {})


@dataclass(kw_only=True, eq=False)
class Network(Configurable, Trained):
    """A synthesizer that trains networks."""

    def _options(self) -> dict[str, Any]:
        return {**super()._options(), **(self.options or {})}


@cache
def adapt(name: str) -> type[Synthesizer]:
    """SDV's single-table synthesizer of that class name; its keywords are `options`.

    Raises:
        BenchError: if SDV is not installed or has no such class.
    """
    base = Network if "epochs" in defaults(name) else Plain
    return type(name, (base,), {"__doc__": f"SDV's {name}.", "__module__": __name__, "_synthesizer": name})


def _check(name: str, options: Mapping[str, Any] | None) -> None:
    known = defaults(name)
    for option in options or {}:
        if option not in known:
            raise BenchError(f"{name} has no option {option!r}; {closest(option, known)}")
    chosen = {**known, **(options or {})}
    if "pac" in known:
        check_batches(chosen["batch_size"], chosen["pac"])
