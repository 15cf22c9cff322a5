"""The contract as tests: what `bench test-plugin` tries, for the tests of a plugin's own.

    import pytest
    from bench.testing import generator_checks

    @pytest.mark.parametrize("check", generator_checks(), ids=str)
    def test_contract(check):
        check(MyGenerator)

A check raises `ContractError`, an AssertionError that says in a sentence what was got and what was expected.
"""

from __future__ import annotations

from bench.contract import datasets, families, generators, members, sections
from bench.contract.generators import schema, table
from bench.contract.rule import Check, ContractError

__all__ = [
    "Check",
    "ContractError",
    "dataset_checks",
    "generator_checks",
    "metric_checks",
    "schema",
    "section_checks",
    "table",
]


def generator_checks() -> list[Check]:
    """The contract of `bench.generators`.

    Call each with the class, built at its `quick` budget, or with a function without arguments that builds one
    (`functools.partial(MyGenerator, epochs=2)`). Rules about optional members pass where a generator has none of them.
    """
    return [*generators.checks(), *members.checks()]


def dataset_checks() -> list[Check]:
    """The contract of `bench.datasets`; call each with the `DatasetSource`."""
    return datasets.checks()


def metric_checks() -> list[Check]:
    """The contract of `bench.metrics`; call each with the `Family`."""
    return families.checks()


def section_checks() -> list[Check]:
    """The contract of `bench.sections`; call each with the `Section`."""
    return sections.checks()
