"""Studies that are damaged, or made by a stranger: an error of one line names the file; no attempt is lost unsaid."""

from __future__ import annotations

import json
import os
import re
import shutil
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.api import BenchError
from bench.common.atomic_files import pack_arrays, to_json
from bench.workflows.tuning import optuna_study, scoring_files
from bench.workflows.tuning.optuna_study import Attempt, TuningStudy
from bench.workflows.tuning.search_space import Choices, Range, Space

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SPACE: Space = {"x": Range(-1.0, 1.0), "k": Choices((1, [2, 3]))}
IDENTITY = {"generator": "made", "seed": 0}
FILES = {
    "artefacts.npz": pack_arrays({"fidelity/edges": np.arange(4.0)}),
    "bounds.json": to_json({"real-train": {"c2st_auc": 0.5, "tstr_r2": None}}).encode(),
}


def _pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def _link(path: Path) -> None:
    path.rename(path.parents[1] / "outside")
    path.symlink_to(path.parents[1] / "outside")


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _objects(path: Path) -> None:
    with path.open("wb") as stream:
        np.savez(stream, a=np.array([{}], dtype=object))


DAMAGE: dict[str, Callable[[Path], Any]] = {
    "empty": lambda path: path.write_bytes(b""),
    "truncated": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
    "garbage": lambda path: path.write_bytes(bytes(range(256)) * 20 + b"\n"),
    "no text": lambda path: path.write_bytes(b"\xff\xfe"),
    "number": lambda path: path.write_text("1\n"),
    "list": lambda path: path.write_text("[]\n"),
    "object": lambda path: path.write_text("{}\n"),
    "null": lambda path: path.write_text('{"real-train": null}\n'),
    "text": lambda path: path.write_text('{"real-train": {"c2st_auc": "0.5"}}\n'),
    "deep": lambda path: path.write_text("[" * 200_000 + "\n"),
    "objects": _objects,
    "foreign": lambda path: path.write_bytes(pack_arrays({"a": np.zeros(3)})),
    "pipe": _pipe,
    "link": _link,
    "folder": _folder,
}


def make(folder: Path, trials: int = 3) -> Path:
    """A study of the defaults and some trials."""
    with optuna_study.locked_folder(folder, IDENTITY):
        study = TuningStudy(folder, SPACE, 0)
        scoring_files.store(folder, FILES)
        study.store_default(Attempt(None, {}, 0.5, families={"fidelity": 0.5}, seconds={"fit": 1.0}))
        for number in range(trials):
            trial, params = study.propose(number)
            study.store(trial, Attempt(number, params, number / 10, families={"fidelity": 0.25}, overall=None))
    return folder


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("made") / "study")


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return shutil.copytree(made, tmp_path / "study")


def absent() -> dict[str, bytes]:
    raise AssertionError("computed again")


def resume(folder: Path) -> list[Attempt]:
    """Opens a study as `bench tune` does, proposes a trial, and returns the attempts."""
    with optuna_study.locked_folder(folder, IDENTITY):
        study = TuningStudy(folder, SPACE, 0)
        attempts = study.attempts
        scoring_files.read_or_compute(folder, absent)
        study.propose(len(attempts) - 1)
        return attempts


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("name", ["journal.log", "study.json", "artefacts.npz", "bounds.json", "digests.json"])
def test_a_damaged_file_is_named(name: str, damage: str, folder: Path) -> None:
    DAMAGE[damage](folder / name)
    with pytest.raises(BenchError) as raised:
        resume(folder)
    message = str(raised.value)
    # Digests without those of the artefacts say nothing of the artefacts.
    assert name in message or (name == "digests.json" and "artefacts.npz" in message)
    assert "\n" not in message
    assert re.search("restore|remove|choose another|put what it points to", message)


JOURNALS = [
    (r'"attempt"', '"attempx"', "KeyError: 'attempt'"),
    (r'"value\\"', r'"valux\\"', "unexpected keyword argument 'valux'"),
    (r'\\"value\\": 0[.\d]*', r'\\"value\\": \\"0\\"', "a value that is no number"),
    (r'\\"value\\": 0[.\d]*', r'\\"value\\": NaN', "expected finite numbers"),
    (r'\\"params\\": {', r'\\"x\\": 0, \\"params\\": {', "unexpected keyword argument 'x'"),
    (r'\\"number\\": 1', r'\\"number\\": 2', "the result of trial 1 is missing"),
    (r'\\"x\\": ', r'\\"z\\": ', "not in the search space"),
    (r'\\"x\\": -?0', r'\\"x\\": 5', "not in the search space"),
    (r'\\"k\\": [^}]*', r'\\"k\\": [[]]', "not in the search space"),
    ('"values":.[^]]*', '"values":["text"', "a trial has two values"),
    ('"study_name":"tune"', '"study_name":"other"', "does not hold the study"),
    (r'"directions":.2.', '"directions":[1]', "study of something else"),
    (r'"directions":.2.', '"directions":[2,2]', "study of something else"),
    ('"op_code":4', '"op_code":77', "AssertionError"),
    ("FloatDistribution", "Other", "Unknown distribution class"),
    ("FloatDistribution", "IntDistribution", ""),
]


@pytest.mark.parametrize(("pattern", "other", "said"), JOURNALS, ids=[said for *_, said in JOURNALS])
def test_an_edited_journal_is_named(pattern: str, other: str, said: str, folder: Path) -> None:
    text = (folder / "journal.log").read_text()
    edited = re.sub(pattern, lambda _: other.replace("\\\\", "\\"), text)
    assert edited != text
    (folder / "journal.log").write_text(edited)
    with pytest.raises(BenchError, match=rf"journal\.log is damaged \(.*{said}"):
        resume(folder)


def test_no_attempt_is_lost_with_a_line(folder: Path) -> None:
    path = folder / "journal.log"
    lines, expected = path.read_text().splitlines(keepends=True), resume(folder)
    for number, line in enumerate(lines):
        path.write_text("".join([*lines[:number], *lines[number + 1 :]]))
        try:
            found = resume(folder)
        except BenchError as error:
            message = str(error)
        else:
            message = "journal.log is damaged"
            lost = [one for one in expected if one not in found]
            assert all(f'\\"number\\": {json.dumps(one.number)}' in line or '"state":1' in line for one in lost)
            assert len(lost) <= 1
        assert "journal.log is damaged" in message


def test_a_study_goes_on_where_a_killed_process_left_it(made: Path, tmp_path: Path) -> None:
    expected, text = resume(shutil.copytree(made, tmp_path / "whole")), (made / "journal.log").read_text()
    lines = text.splitlines(keepends=True)
    for count in range(1, len(lines) + 1):
        folder = shutil.copytree(made, tmp_path / str(count))
        (folder / "journal.log").write_text("".join(lines[:count]))
        (folder / "journal.log.lock").symlink_to("killed")
        found = resume(folder)
        assert found == expected[: len(found)]


def test_a_line_that_was_cut_off_may_be_removed(folder: Path) -> None:
    path = folder / "journal.log"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines)[:-9])
    with pytest.raises(
        BenchError, match=rf"line {len(lines)} of .*journal\.log is incomplete; restore .*remove this line"
    ):
        resume(folder)
    path.write_bytes(b"".join(lines[:-1]))
    assert len(resume(folder)) == 3


def test_a_study_without_its_journal_is_not_started_again(folder: Path) -> None:
    (folder / "journal.log").unlink()
    with pytest.raises(BenchError, match=r"journal\.log is damaged \(it does not hold the study\)"):
        resume(folder)


@pytest.mark.parametrize("name", ["artefacts.npz", "bounds.json", "digests.json"])
def test_files_for_scoring_are_computed_again_if_one_is_absent(name: str, folder: Path) -> None:
    """A study of an earlier version has no digests."""
    (folder / "bounds.json").write_text("[]")
    (folder / name).unlink()
    stored = scoring_files.read_or_compute(folder, lambda: FILES)
    assert stored.bounds == {"real-train": {"c2st_auc": 0.5, "tstr_r2": None}}
    assert stored.artefacts["fidelity/edges"].tolist() == [0, 1, 2, 3]
    assert len(resume(folder)) == 4


@pytest.mark.parametrize(
    "content", ['{"real-train": null}', '{"real-train": {"c2st_auc": "0.5"}}', "[]", "[" * 200_000]
)
def test_bounds_that_a_stranger_wrote_with_their_digest_are_checked(content: str, folder: Path) -> None:
    scoring_files.store(folder, {**FILES, "bounds.json": content.encode()})
    with pytest.raises(BenchError, match=r"bounds\.json"):
        scoring_files.read_or_compute(folder, absent)


def test_a_folder_in_the_place_of_a_file_is_named_before_the_work_begins(folder: Path) -> None:
    (folder / "digests.json").unlink()
    _folder(folder / "bounds.json")
    with pytest.raises(BenchError, match=r"bounds\.json is not what this study computed; remove it"):
        scoring_files.read_or_compute(folder, absent)


def test_a_lock_that_cannot_be_opened_is_named(folder: Path) -> None:
    (folder / ".lock").unlink(missing_ok=True)
    (folder / ".lock").mkdir()
    with pytest.raises(BenchError, match=r"cannot lock .*\.lock: .*; remove it"):
        resume(folder)


def test_a_link_to_nothing_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "study").symlink_to("nothing")
    with pytest.raises(BenchError, match="study is no folder"):
        resume(tmp_path / "study")


ODD = st.sampled_from([None, True, -1, 10**400, 1e308, "", "\ud800", "1", [], {}, [[2]], {"x": 1}])


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_other_values_in_a_journal_are_an_error_or_attempts(made: Path, tmp_path: Path, data: st.DataObject) -> None:
    folder = shutil.copytree(made, tmp_path / "study", dirs_exist_ok=True)
    operations = [json.loads(line) for line in (made / "journal.log").read_text().splitlines()]
    operation = data.draw(st.sampled_from(operations))
    operation[data.draw(st.sampled_from(sorted(operation)))] = data.draw(ODD)
    (folder / "journal.log").write_text("".join(f"{json.dumps(one)}\n" for one in operations))
    message = "journal.log"
    try:
        to_json([asdict(attempt) for attempt in resume(folder)])
    except BenchError as error:
        message = str(error)
    assert "journal.log" in message
    assert "\n" not in message


def test_attempts_come_back_as_they_were_stored(tmp_path: Path) -> None:
    attempt = Attempt(None, {}, 0, "failed", "got\u2028 'x'", seconds={"fit": 1, "total": 2.5})
    with optuna_study.locked_folder(tmp_path / "study", IDENTITY):
        TuningStudy(tmp_path / "study", SPACE, 0).store_default(attempt)
        (found,) = TuningStudy(tmp_path / "study", SPACE, 0).attempts
    assert found == replace(attempt, seconds={"fit": 1.0, "total": 2.5})
