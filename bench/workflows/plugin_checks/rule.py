"""One rule of the contract that can be tried on a plugin."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bench.common.safe_text import one_line

Test = Callable[[Any], None]


class ContractError(AssertionError):
    """A plugin breaks the contract: one sentence saying what it did, what was expected, what to do."""


@dataclass(frozen=True, slots=True)
class Check:
    """A rule of the contract. Call it with a plugin; it returns if the plugin keeps the rule.

    Attributes:
        name: short, for test ids.
        about: the rule, as a sentence.
        test: raises if the plugin breaks the rule.
        members: optional members that the rule is about; it does not apply to a generator that lacks one.
    """

    name: str
    about: str
    test: Test
    members: tuple[str, ...] = ()

    def __call__(self, plugin: Any) -> None:  # noqa: ANN401 - whatever a plugin is
        """Tries the rule; does nothing where it does not apply.

        Args:
            plugin: a generator's class (built at its `quick` budget), or a function without arguments that builds one;
                else a `DatasetSource`, `Family` or `Section`.

        Raises:
            ContractError: if the plugin breaks the rule, or raises where it must not.
        """
        try:
            if self.applies(plugin):
                self.test(plugin)
        except ContractError:
            raise
        except (Exception, SystemExit) as error:
            said = one_line(error)
            raise ContractError(
                f"it raised {type(error).__name__}: {said[:300]}; expected no error. {self.about}"
            ) from error

    def applies(self, plugin: Any) -> bool:  # noqa: ANN401 - whatever a plugin is
        """Whether the plugin has the members that the rule is about."""
        if not self.members:
            return True
        # A hyper-parameter may bear the name of an optional member.
        owner = plugin if isinstance(plugin, type) else plugin()
        return all(callable(getattr(owner, name, None)) for name in self.members)

    def __str__(self) -> str:
        """The name: what pytest shows with `ids=str`."""
        return self.name


def expect(kept: object, sentence: str) -> None:
    """Raises `ContractError` with the sentence unless `kept` is true."""
    if not kept:
        raise ContractError(sentence)


def expect_type(plugin: Any, kind: type, form: str) -> None:  # noqa: ANN401 - whatever a plugin is
    """Raises `ContractError` unless the plugin is of a kind; `form` shows how one is written."""
    expect(isinstance(plugin, kind), f"got a {type(plugin).__name__}; expected a {form}")
