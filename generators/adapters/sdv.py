"""Any single-table synthesizer of SDV, by the name of its class: `sdv:TVAESynthesizer`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar

from bench.api import COLUMN_KINDS, BenchError, GeneratorInfo
from bench.common.suggestions import closest

from ..wrappers.ctgan_package import LICENCE, check_batches
from ..wrappers.sdv_library import INSTALL, SdvNetwork, SdvSynthesizer, default_options

if TYPE_CHECKING:
    from collections.abc import Mapping

_INFO = GeneratorInfo(
    licence=LICENCE,
    paper="Patki et al. (2016), The Synthetic Data Vault",
    packages=("sdv", "ctgan", "copulas", "rdt", "scikit-learn", "scipy", "torch", "numpy"),
    install=INSTALL,
    preload=("torch._dynamo",),
    kinds=frozenset(COLUMN_KINDS),
)


@dataclass(kw_only=True, eq=False)
class AdaptedSynthesizer(SdvSynthesizer):
    """A synthesizer without networks, with all options of SDV's class.

    Attributes:
        options: constructor keywords of SDV's class, over its defaults.
    """

    info: ClassVar = _INFO
    options: Mapping[str, Any] | None = None

    def __post_init__(self) -> None:
        """Checks that SDV's class has the options."""
        name, defaults = self._synthesizer, default_options(self._synthesizer)
        for option in self.options or {}:
            if option not in defaults:
                raise BenchError(f"{name} has no option {option!r}; {closest(option, defaults)}")
        if "pac" in defaults:
            chosen = {**defaults, **(self.options or {})}
            check_batches(chosen["batch_size"], chosen["pac"])

    def _options(self) -> dict[str, Any]:
        return {**super()._options(), **(self.options or {})}


@dataclass(kw_only=True, eq=False)
class AdaptedNetwork(AdaptedSynthesizer, SdvNetwork):
    """A synthesizer that trains networks, with all options of SDV's class."""


@cache
def adapt(name: str) -> type[SdvSynthesizer]:
    """Returns SDV's single-table synthesizer of that class name; its keywords are `options`.

    Raises:
        BenchError: if SDV is not installed or has no such class.
    """
    base = AdaptedNetwork if "epochs" in default_options(name) else AdaptedSynthesizer
    return type(name, (base,), {"__doc__": f"SDV's {name}.", "__module__": __name__, "_synthesizer": name})
