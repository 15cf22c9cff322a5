"""Finds the facts of generators by importing them here; `execution.inspect_plugins` does so in other processes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bench.api import BenchError
from bench.common.safe_text import error_line
from bench.plugins import entry_points, python_files
from bench.plugins.generator_facts import GeneratorFacts, facts_of

if TYPE_CHECKING:
    from bench.plugins.python_files import Plugin


class Inspector:
    """Imports generators in this process: right for those of this package, and inside a process made for it."""

    def generators_of_file(self, file: str, source: bytes) -> list[Plugin]:
        """Returns the generators of a file; see `python_files.generators_of_file`."""
        return python_files.generators_of_file(file, source)

    def facts(self, name: str) -> GeneratorFacts:
        """Returns the facts of a registered generator, a preset's generator, or `adapter:argument`.

        Raises:
            BenchError: if there is none, it cannot be imported, or it breaks the contract.
        """
        try:
            return facts_of(entry_points.load_generator(name).cls)
        except BenchError:
            raise
        except Exception as error:  # an adapter is a plugin and may raise anything
            raise BenchError(error_line(error)) from error

    def build(self, name: str, plugin: Plugin | None, params: Mapping[str, Any]) -> None:
        """Builds a generator once, as constructors are cheap.

        Raises:
            BenchError: if it cannot be built with these parameters.
        """
        try:
            (plugin.load() if plugin else entry_points.load_generator(name).cls)(**params)
        except Exception as error:  # a plugin's constructor may raise anything
            raise BenchError(f"{name} cannot be built with what --set gives it: {error_line(error)}") from error
