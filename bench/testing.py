"""The contract of plugins as tests: the rules that `bench test-plugin` tries, for a plugin's own tests.

    import pytest
    from bench.testing import generator_checks

    @pytest.mark.parametrize("check", generator_checks(), ids=str)
    def test_contract(check):
        check(MyGenerator)

A check raises `ContractError`, an AssertionError whose message says what was got and what was expected.
"""

from __future__ import annotations

from bench.workflows.plugin_checks.dataset_metric_section_rules import dataset_checks as dataset_checks
from bench.workflows.plugin_checks.dataset_metric_section_rules import metric_checks as metric_checks
from bench.workflows.plugin_checks.dataset_metric_section_rules import section_checks as section_checks
from bench.workflows.plugin_checks.generator_rules import generator_checks as generator_checks
from bench.workflows.plugin_checks.mixed_table import mixed_schema as mixed_schema
from bench.workflows.plugin_checks.mixed_table import mixed_table as mixed_table
from bench.workflows.plugin_checks.rule import Check as Check
from bench.workflows.plugin_checks.rule import ContractError as ContractError
from bench.workflows.plugin_checks.rule import schema as schema
from bench.workflows.plugin_checks.rule import table as table
