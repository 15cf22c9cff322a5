"""The fuzzer of file readers: it changes files in every way, finds no fault, and finds one that is planted."""

from __future__ import annotations

import json
import warnings
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from bench.api import BenchError
from tests.fuzzing import rounds
from tests.fuzzing.judge import Fault, judge
from tests.fuzzing.mutations import mutate
from tests.fuzzing.readers import Reader, all_readers
from tests.fuzzing.samples import write_samples

if TYPE_CHECKING:
    from pathlib import Path

SEED = 11
CHANGES = 200
SLOW = ("report of drawings", "history", "report of a manifest", "report of a result", "runs together")


@pytest.fixture(scope="module")
def readers(tmp_path_factory: pytest.TempPathFactory) -> list[Reader]:
    """All readers but those that take long or need networks."""
    samples = write_samples(tmp_path_factory.mktemp("fuzz") / "samples", with_models=False)
    return [reader for reader in all_readers(samples) if reader.name not in SLOW]


def test_valid_files_are_read(readers: list[Reader]) -> None:
    for reader in readers:
        rounds.require_readable(reader)


def test_changed_files_are_read_or_refused_in_one_line(readers: list[Reader]) -> None:
    tally = rounds.Tally()
    rounds.fuzz(rounds.in_turn(readers, CHANGES), SEED, tally)
    assert not tally.faults, "\n".join(tally.details.values())
    assert sum(tally.outcomes.values()) == CHANGES
    assert {outcome for _, outcome in tally.outcomes} == {"value", "refused"}


def test_valid_files_come_back(readers: list[Reader]) -> None:
    reader = readers[0]
    valid = reader.contents
    rounds.read_changed(reader, reader.places[0], b"{}")
    assert reader.contents == valid


def test_every_change_makes_a_file(readers: list[Reader]) -> None:
    one_of_each = {reader.form: reader for reader in readers}
    for reader in one_of_each.values():
        valid = reader.contents
        changed = [rounds.changed_file(reader, valid, SEED, number) for number in range(150)]
        assert len({data for _, data in changed}) > 100


def test_the_same_seed_makes_the_same_files(readers: list[Reader]) -> None:
    for reader in readers:
        first, again = (rounds.changed_file(reader, reader.contents, SEED, 3) for _ in range(2))
        assert first == again
        assert any(rounds.changed_file(reader, reader.contents, seed, 3) != first for seed in range(3))


@pytest.mark.parametrize("form", ["json", "toml", "csv", "npz", "model", "parquet"])
def test_files_that_are_damaged_already_are_changed_too(form: Any) -> None:  # noqa: ANN401
    for number in range(30):
        mutate(form, b"{", Random(number))


def _planted(content: Any) -> None:  # noqa: ANN401
    """A reader that takes its file for what it should be."""
    if not isinstance(content, dict) or "name" not in content:
        raise BenchError("no name")
    content["name"].upper()


def test_a_planted_fault_is_found_and_kept(tmp_path: Path) -> None:
    place = tmp_path / "planted.json"
    place.write_text('{"name": "x", "other": [1, 2.5, {"deep": null}]}')
    reader = Reader("planted", "json", (place,), lambda path: _planted(_parsed(path)))
    kept: list[Path] = []
    tally = rounds.Tally()

    def found(reader: Reader, number: int, place: Path, data: bytes, fault: Fault) -> None:
        kept.append(rounds.keep(tmp_path, SEED, reader.name, number, place, data, fault.details))

    rounds.fuzz(rounds.in_turn([reader], CHANGES), SEED, tally, found=found)
    assert [kind for kind, _ in tally.faults] == ["AttributeError"]
    assert set(tally.outcomes) == {("planted", "value"), ("planted", "refused"), ("planted", "fault")}
    assert any("different faults" in line for line in tally.lines())
    stored = (kept[0] / place.name).read_bytes()
    assert isinstance(rounds.read_changed(reader, place, stored), Fault)
    assert json.loads((kept[0] / "fault.json").read_text())["reader"] == "planted"


def _parsed(path: Path) -> Any:  # noqa: ANN401
    try:
        return json.loads(path.read_bytes())
    except ValueError:
        raise BenchError("no JSON") from None


def _warns() -> None:
    warnings.warn("odd", RuntimeWarning, stacklevel=1)


class _TwoLinesError(BenchError):
    def __str__(self) -> str:
        return "two\nlines"


def _refuses(error: BenchError) -> None:
    raise error


def _exits() -> None:
    raise SystemExit(2)


def test_what_a_fault_is() -> None:
    assert judge(lambda: 1) == "value"
    assert judge(lambda: _refuses(BenchError("no"))) == "refused"
    for read in (_warns, _exits, lambda: _refuses(_TwoLinesError()), lambda: _refuses(BenchError())):
        assert isinstance(judge(read), Fault)
