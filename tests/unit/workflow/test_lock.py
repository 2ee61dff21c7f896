"""The plan on record: written once, renewed on purpose, compared at any time."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from liandong.cli import main
from liandong.definitions import load_study
from liandong.errors import DefinitionError, DifferenceError, OutputError
from liandong.evidence import conform
from liandong.workflow import check_lock, lock_study, plan_status

ROOT = Path(__file__).resolve().parents[3]
FIRST, SECOND = "1590969600", "1625097600"  # 2020-06-01 and 2021-07-01, UTC


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of a copy of the real-data example, without a lock, on 1 June 2020."""
    shutil.copytree(ROOT / "examples" / "rice_insurance", tmp_path / "examples" / "rice_insurance")
    shutil.copytree(ROOT / "data_schema" / "social_insure", tmp_path / "data_schema" / "social_insure")
    folder = tmp_path / "examples" / "rice_insurance"
    (folder / "plan.lock.json").unlink(missing_ok=True)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", FIRST)
    return folder


def _edit(folder: Path, role: str = "exploratory") -> None:
    """Change one effect, drop a multiverse and add an effect."""
    path = folder / "study.yaml"
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    effects = raw["analysis"]["effects"]
    effects.append({**effects[0], "id": "afterthought", "role": "exploratory"})
    effects[0]["role"] = role
    del raw["analysis"]["multiverses"]
    path.write_text(yaml.safe_dump(raw, allow_unicode=True, sort_keys=False), encoding="utf-8")


def _lock(folder: Path) -> Any:
    return json.loads((folder / "plan.lock.json").read_text(encoding="utf-8"))


def test_a_lock_is_written_once_and_then_found_to_fit(study: Path) -> None:
    first = lock_study(study)
    content = (study / "plan.lock.json").read_bytes()
    again, checked = lock_study(study), check_lock(study)
    assert (first.written, again.written, checked.written) == (True, False, False)
    assert first.plan == again.plan == checked.plan == _lock(study)["plan"]
    assert first.locked_on == "2020-06-01"
    assert (study / "plan.lock.json").read_bytes() == content
    assert not [path for path in study.iterdir() if path.name.startswith(".")]


def test_a_differing_lock_is_not_overwritten(study: Path) -> None:
    lock_study(study)
    content = (study / "plan.lock.json").read_bytes()
    _edit(study)
    for command in (lock_study, check_lock):
        with pytest.raises(DifferenceError) as caught:
            command(study)
        for line in (
            "the plan differs from the one locked on 2020-06-01",
            "added: effect:afterthought",
            "changed: effect:intensive_session",
            "removed: multiverse:intensive_session",
        ):
            assert line in str(caught.value)
        assert "3 处" in caught.value.zh
    assert (study / "plan.lock.json").read_bytes() == content


def test_a_renewal_keeps_the_history_and_the_days_of_what_stands(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = lock_study(study)
    _edit(study)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", SECOND)
    second = lock_study(study, renew=True)
    lock = _lock(study)
    assert second.written
    assert second.plan == lock["plan"] != first.plan
    (entry,) = lock["history"]
    assert (entry["plan"], entry["locked_on"], entry["replaced_on"]) == (first.plan, "2020-06-01", "2021-07-01")
    assert entry["changed"] == ["effect:intensive_session"]
    assert entry["removed"] == ["multiverse:intensive_session"]
    assert lock["items"]["effect:first_round_default"]["locked_on"] == "2020-06-01"
    assert lock["items"]["effect:intensive_session"]["locked_on"] == "2021-07-01"
    assert check_lock(study).locked_on == "2021-07-01"


def test_status_of_every_decision(study: Path) -> None:
    unlocked = conform("plan", plan_status(load_study(study)))
    assert set(unlocked["status"]) == {"unlocked"}
    assert set(unlocked["locked_on"]) == {""}
    lock_study(study)
    locked = plan_status(load_study(study))
    assert set(locked["status"]) == {"locked"}
    assert set(locked["locked_on"]) == {"2020-06-01"}
    _edit(study)
    rows = conform("plan", plan_status(load_study(study))).rows(named=True)
    status = {(row["kind"], row["item"]): (row["role"], row["status"], row["locked_on"]) for row in rows}
    assert status["effect", "afterthought"] == ("exploratory", "added", "")
    assert status["effect", "intensive_session"] == ("exploratory", "changed", "2020-06-01")
    assert status["effect", "first_round_default"] == ("secondary", "locked", "2020-06-01")
    assert status["multiverse", "intensive_session"] == ("primary", "removed", "2020-06-01")


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda _: "{", "cannot be read as a lock"),
        (lambda raw: json.dumps({**raw, "items": [1]}), "cannot be read as a lock"),
        (lambda raw: json.dumps({**raw, "format": 9}), "format 9"),
        (lambda raw: json.dumps({**raw, "study": "other"}), "lock of the study 'other'"),
        (lambda raw: json.dumps({**raw, "plan": "0" * 64}), "changed by hand"),
    ],
)
def test_a_damaged_lock_is_an_error_and_never_overwritten(study: Path, damage: Any, message: str) -> None:
    lock_study(study)
    text = damage(_lock(study))
    (study / "plan.lock.json").write_text(text, encoding="utf-8")
    with pytest.raises(DefinitionError, match=message):
        lock_study(study, renew=True)
    assert (study / "plan.lock.json").read_text(encoding="utf-8") == text


def test_a_folder_that_cannot_be_written_to_is_said(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tempfile.NamedTemporaryFile", full)
    with pytest.raises(OutputError, match="No space left"):
        lock_study(study)


def test_commands_and_exit_codes(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lock", str(study), "--check"]) == 6
    assert "there is no plan.lock.json" in capsys.readouterr().err
    assert main(["lock", str(study)]) == 0
    assert capsys.readouterr().out.strip() == _lock(study)["plan"]
    assert main(["lock", str(study), "--check"]) == 0
    _edit(study)
    assert main(["lock", str(study), "--check"]) == 6
    error = capsys.readouterr().err
    assert "changed: effect:intensive_session" in error
    assert "--renew" in error
    assert main(["lock", str(study)]) == 6
    assert main(["lock", str(study), "--check", "--renew"]) == 2
    assert main(["lock", str(study), "--renew"]) == 0
    assert main(["lock", str(study), "--check"]) == 0


def test_check_mentions_the_lock(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["check", str(study)])
    assert "The plan is not locked" in capsys.readouterr().out
    lock_study(study)
    main(["check", str(study)])
    assert "The plan is as it was locked on 2020-06-01." in capsys.readouterr().out
    _edit(study)
    assert main(["check", str(study)]) == 0
    assert "1 added, 1 changed, 1 removed" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["hubei"])
def test_examples_are_as_they_were_locked(name: str) -> None:
    assert not check_lock(ROOT / "examples" / name).changes
