"""Schemas, and what depends on the kinds of their columns: identities, metrics and generators."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from bench.api import Column, GeneratorInfo, Metric, Need, Schema, unsupported
from bench.common.digests import digest
from bench.planning import read_config
from bench.planning.plan import make_plan
from bench.runs.manifest import read_manifest
from bench.runs.result_digests import digest_split
from bench.tables.datasets import resolve_all

NUMBERS = Schema.of_numbers(("a", "b"), "b")
MIXED = Schema(
    (
        Column("when", "datetime", missing=True),
        Column("size", missing=True),
        Column("colour", "categorical", ("red", "blue")),
        Column("weight"),
    ),
    target="colour",
    task="binary",
    left_out=(("id", "an identifier"),),
)
RESULTS = Path(__file__).parents[1] / "docs" / "results"


def test_columns_are_known_by_kind_in_table_order() -> None:
    assert MIXED.names == ("when", "size", "colour", "weight")
    assert MIXED.numeric == ("size", "weight")
    assert (MIXED.categorical, MIXED.datetime, MIXED.missing) == (("colour",), ("when",), ("when", "size"))
    assert MIXED.column("colour").levels == ("red", "blue")
    assert MIXED.position("colour") == 2
    with pytest.raises(ValueError, match="not in tuple"):
        MIXED.column("shape")


def test_a_numeric_table_has_numbers_without_gaps_only() -> None:
    assert NUMBERS.is_numeric
    assert Schema((Column("a"), Column("b")), "b", ordered=False, task="regression", left_out=()) == NUMBERS
    assert not MIXED.is_numeric
    assert not Schema((Column("a", missing=True), Column("b")), "b").is_numeric


def test_the_identity_of_numeric_tables_is_that_of_earlier_runs() -> None:
    assert json.dumps(NUMBERS.identity()) == (
        '{"numeric": ["a", "b"], "target": "b", "ordered": false, "categorical": [], "datetime": [], '
        '"task": "regression"}'
    )


@pytest.mark.parametrize(
    "other",
    [
        replace(NUMBERS, target="a"),
        replace(NUMBERS, ordered=True),
        replace(NUMBERS, task="multiclass"),
        replace(NUMBERS, left_out=(("id", "an identifier"),)),
        replace(NUMBERS, columns=(Column("a", missing=True), Column("b"))),
        replace(NUMBERS, columns=(Column("a", "datetime"), Column("b"))),
        replace(NUMBERS, columns=(Column("a", "categorical", ("x", "y")), Column("b"))),
        replace(NUMBERS, columns=(Column("a", "categorical", ("y", "x")), Column("b"))),
        replace(NUMBERS, columns=(Column("a", "categorical", ("x", "y"), ordered=True), Column("b"))),
    ],
    ids=str,
)
def test_other_schemas_have_other_identities(other: Schema) -> None:
    assert digest(other.identity()) != digest(NUMBERS.identity())


def test_identities_of_all_fields_differ() -> None:
    assert set(asdict(MIXED)) == {"columns", "target", "ordered", "task", "left_out"} == set(MIXED.identity())


def test_stored_splits_keep_their_ids() -> None:
    """Of every stored run: the id is the digest of what the manifest says of the split."""
    for path in sorted(RESULTS.rglob("manifest.json")):
        manifest = read_manifest(path.parent)
        split = manifest.splits[0]
        data = manifest.dataset(split.dataset)
        identity = {"data": data.sha256, "protocol": split.protocol, "seed": split.seed, "rows": split.rows}
        identity |= {"options": dict(split.options), "schema": data.schema.identity()}
        if split.protocol == "blocked" and manifest.protocol_version > 1:
            identity["protocol_version"] = manifest.protocol_version
        assert split.id == digest(identity), path


def test_a_bundled_table_keeps_the_id_and_digest_of_its_split() -> None:
    config = read_config.build_config({"dataset": "diabetes", "generators": "ae", "repeats": 1})
    plan = make_plan(config, resolve_all(config.datasets))
    assert list(plan.splits) == ["6525e43ca6446a97"]
    made = plan.draw(plan.splits["6525e43ca6446a97"])
    assert digest_split(made) == "ac3c6061b9508e363797ec3c394efb9a0f8077611e65e8999020d407592274c6"


@pytest.mark.parametrize(
    ("need", "numbers", "mixed"),
    [
        ("numeric", True, True),
        ("two numeric", True, True),
        ("only numeric", True, False),
        ("mixed", False, True),
        ("categorical", False, True),
        ("datetime", False, True),
        ("missing", False, True),
        ("regression", True, False),
        ("classification", False, True),
    ],
)
def test_a_metric_applies_where_its_needs_hold(need: Need, numbers: bool, mixed: bool) -> None:
    metric = Metric("m", "f", "higher", "", needs=(need,))
    assert (metric.applies_to(NUMBERS), metric.applies_to(MIXED)) == (numbers, mixed)


def test_all_needs_must_hold_and_no_need_always_does() -> None:
    schema = Schema(
        (Column("a", "categorical", ("x", "y")), Column("b", "categorical", ("u", "v"))), "a", task="binary"
    )
    assert Metric("m", "f", "higher", "").applies_to(schema)
    assert not Metric("m", "f", "higher", "", needs=("categorical", "numeric")).applies_to(schema)
    assert not Metric("m", "f", "higher", "", needs=("two numeric",)).applies_to(Schema.of_numbers(("a",), "a"))


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        ("numeric", "unsupported: categorical"),
        ("numeric, categorical", "unsupported: datetime"),
        ("numeric, categorical, datetime", "unsupported: missing"),
        ("categorical, datetime, missing", "unsupported: numeric"),
        ("numeric, categorical, datetime, missing", ""),
    ],
)
def test_a_generator_does_not_support_what_its_kinds_lack(kinds: str, expected: str) -> None:
    assert unsupported(GeneratorInfo(kinds=frozenset(kinds.split(", "))), MIXED) == expected


def test_every_generator_supports_numeric_tables_by_default() -> None:
    assert unsupported(GeneratorInfo(), NUMBERS) == ""
