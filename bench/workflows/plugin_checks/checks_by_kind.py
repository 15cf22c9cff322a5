"""The checks that each kind of plugin must pass."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.workflows.plugin_checks import (
    dataset_rules,
    generator_rules,
    metric_rules,
    optional_member_rules,
    section_rules,
)

if TYPE_CHECKING:
    from bench.workflows.plugin_checks.rule import Check


def generator_checks() -> list[Check]:
    """The contract of `bench.generators`.

    Call each with the class, built at its `quick` budget, or with a function without arguments that builds one
    (`functools.partial(MyGenerator, epochs=2)`). Rules about optional members pass where a generator has none of them.
    """
    return [*generator_rules.checks(), *optional_member_rules.checks()]


def dataset_checks() -> list[Check]:
    """The contract of `bench.datasets`; call each with the `DatasetSource`."""
    return dataset_rules.checks()


def metric_checks() -> list[Check]:
    """The contract of `bench.metrics`; call each with the `Family`."""
    return metric_rules.checks()


def section_checks() -> list[Check]:
    """The contract of `bench.sections`; call each with the `Section`."""
    return section_rules.checks()
