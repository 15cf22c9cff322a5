"""Manifests of every version say the same of the same run, and hold schemas of all kinds of columns."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bench.api import Column, Manifest, Metric, Schema
from bench.common.atomic_files import to_json
from bench.runs.manifest import MANIFEST_VERSION, pack_manifest, pack_metric, read_manifest, unpack_manifest

STORED = Path(__file__).parents[2] / "docs" / "results" / "methane-1" / "ladder"


@pytest.fixture(scope="module")
def manifest() -> Manifest:
    return read_manifest(STORED)


def stored() -> Any:  # noqa: ANN401 - plain data
    return json.loads((STORED / "manifest.json").read_text(encoding="utf-8"))


def written(manifest: Manifest) -> Any:  # noqa: ANN401 - plain data
    return json.loads(to_json(pack_manifest(manifest)))


def test_a_stored_manifest_of_version_1_has_columns(manifest: Manifest) -> None:
    plain = stored()
    assert plain["schema_version"] == 1
    schema = plain["datasets"][0]["schema"]
    expected = Schema.of_numbers(schema["numeric"], schema["target"], ordered=schema["ordered"])
    assert manifest.datasets[0].schema == expected


def test_version_2_is_read_as_the_same_manifest(manifest: Manifest) -> None:
    plain = written(manifest)
    assert plain["schema_version"] == MANIFEST_VERSION == 3
    names = stored()["datasets"][0]["schema"]
    older = plain | {"schema_version": 2, "datasets": [plain["datasets"][0] | {"schema": names}]}
    assert unpack_manifest(older) == unpack_manifest(plain) == manifest


def test_columns_of_all_kinds_are_written_and_read(manifest: Manifest) -> None:
    columns = (
        Column("n", missing=True),
        Column("c", "categorical", ("low", "high"), ordered=True),
        Column("d", "datetime"),
    )
    schema = Schema(columns, "c", task="binary", left_out=(("id", "an identifier"),))
    mixed = replace(manifest, datasets=(replace(manifest.datasets[0], schema=schema),))
    assert unpack_manifest(written(mixed)) == mixed


@pytest.mark.parametrize(
    ("schema", "problem"),
    [
        ({"numeric": ["a"], "categorical": ["b"], "target": "a"}, "schema.categorical: Unexpected keyword"),
        ({"target": "a"}, "schema.columns: Field required"),
        ({"numeric": [1], "target": "a"}, r"columns\.0\.name: Input should be a valid string"),
        ({"columns": [{"name": "a", "kind": "colour"}], "target": "a"}, r"columns\.0\.kind: Input should be 'numeric'"),
    ],
    ids=str,
)
def test_a_damaged_schema_is_named(manifest: Manifest, schema: dict[str, Any], problem: str) -> None:
    plain = written(manifest)
    damaged = plain | {"schema_version": 2, "datasets": [plain["datasets"][0] | {"schema": schema}]}
    with pytest.raises(ValueError, match=problem):
        unpack_manifest(damaged)


def test_needs_of_metrics_are_written_only_where_there_are_any() -> None:
    everywhere = Metric("m", "f", "higher", "")
    assert "needs" not in pack_metric(everywhere)
    assert pack_metric(replace(everywhere, needs=("categorical",)))["needs"] == ("categorical",)


def test_a_data_set_has_the_metrics_that_exist_on_it(manifest: Manifest) -> None:
    dates = Metric("date_shapes", "fidelity", "higher", "", needs=("datetime",))
    numbers = Metric("wasserstein", "fidelity", "lower", "", needs=("numeric",))
    made = replace(manifest, metrics=(dates, numbers))
    assert made.metrics_on(manifest.datasets[0].name) == (numbers,)
    assert unpack_manifest(written(made)).metrics == (dates, numbers)
