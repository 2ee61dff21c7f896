"""``liandong quality``: the report of field supervision of a study with planted faults, back-checks and a plan."""

from __future__ import annotations

import json
import re
import stat
from collections.abc import Callable
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from liandong.cli import main
from liandong.evidence import read_bundle

ROWS, PLACES, PEOPLE = 160, 8, 16
HOSTILE = "<script>alert(1)</script> **b** #panic() {{< meta title >}}"
NAME = "欧阳测试甲"  # made up, and of nobody
HASTY, UNPLANNED = "w05", "c9"


def _field(name: str, kind: str = "integer", codes: tuple[int, ...] = (), **more: Any) -> dict[str, Any]:
    own = {"title_en": f"Question {name}", "pii": False, **more.pop("liandong", {})}
    constraints = {**({"enum": list(codes)} if codes else {}), **more.pop("constraints", {})}
    categories = {"categories": [{"value": code, "label": f"选项{code}"} for code in codes]} if codes else {}
    field = {"name": name, "title": f"题目{name}", "type": kind, "constraints": constraints, **categories, **more}
    return {**field, "liandong": own}


def _rows() -> list[dict[str, Any]]:
    rows = []
    for i in range(ROWS):
        person = i % PEOPLE
        minute = 60 * 8 + 45 * (i // PEOPLE)
        took = 4 if person == 5 and i < 3 * PEOPLE else 25 + (i * 7) % 11
        items = [1 + (i * (3 + k) + k * k) % 5 for k in range(5)]
        rows.append(
            {
                "id": f"r{i:03d}",
                "name": NAME if i == 7 else f"受访者{i}",
                "community": f"c{person // 2}",
                "interviewer": HOSTILE if person == 3 else f"w{person:02d}",
                "started": f"2026-03-{2 + i // 32:02d} {minute // 60:02d}:{minute % 60:02d}:00",
                "ended": f"2026-03-{2 + i // 32:02d} {(minute + took) // 60:02d}:{(minute + took) % 60:02d}:00",
                "age": 999 if i == 11 else 20 + (i * 13) % 60,
                "served": (i // PLACES + i) % 2,
                "score": (i * i * 7) % 11,
                **{f"item{k}": 5 if i == 40 else items[k] for k in range(5)},
            }
        )
    rows[20] |= {"community": UNPLANNED}
    return [*rows, dict(rows[30])]


def _codebook() -> dict[str, Any]:
    fields = [
        _field("id", "string", constraints={"required": True}, liandong={"role": "id"}),
        _field("name", "string", liandong={"pii": True}),
        _field("community", "string", constraints={"required": True}, liandong={"role": "cluster"}),
        _field("interviewer", "string"),
        _field("started", "datetime", format="%Y-%m-%d %H:%M:%S"),
        _field("ended", "datetime", format="%Y-%m-%d %H:%M:%S"),
        _field("age", constraints={"minimum": 18, "maximum": 100}, liandong={"on_failure": {"range": "reject"}}),
        _field("served", codes=(0, 1)),
        _field("score", "number"),
        *(_field(f"item{k}", codes=(1, 2, 3, 4, 5)) for k in range(5)),
    ]
    return {"primaryKey": "id", "fields": fields, "liandong": {"title": {"zh": "问卷", "en": "Form"}, "version": "1"}}


def _study() -> dict[str, Any]:
    blocks = [{"id": "views", "title": {"zh": "看法", "en": "Views"}, "fields": [f"item{k}" for k in range(5)]}]
    effect = {
        "id": "served", "title": {"zh": "接受服务", "en": "Being served"}, "role": "primary", "outcomes": ["score"],
        "treatment": "served", "absorb": ["community"], "cluster": ["community"], "steps": [{"name": "M1"}],
    }  # fmt: skip
    return {
        "id": "field",
        "title": {"zh": "督导", "en": "Field"},
        "simulated": True,
        "instrument": "instrument",
        "data": {"responses": "responses.csv", "second": "second.csv"},
        "design": {"cluster": "community", "assignment": {"kind": "observational"}},
        "analysis": {"effects": [effect]},
        "quality": {
            "interviewer": "interviewer",
            "started": "started",
            "ended": "ended",
            "shortest_minutes": 8,
            "blocks": blocks,
            "ages": ["age"],
            "targets": {"column": "community", "counts": [[f"c{k}", 20 + 10 * (k == 1)] for k in range(PLACES)]},
            "back_check": {"table": "second", "key": ["id"], "stable": ["age", "name"], "checker": "checker"},
        },
        "report": {"languages": ["zh", "en"], "formats": ["html"], "date": "2026-03-10"},
    }


def write_field_study(folder: Path, **changes: Any) -> Path:
    """Write the study below `folder` and return its study.yaml; `changes` replace keys of it."""
    (folder / "instrument").mkdir(parents=True)
    rows = _rows()
    second = [{"id": r["id"], "age": r["age"] + (i < 3), "name": "别人", "checker": "k1"}
              for i, r in enumerate(rows[40:60])]  # fmt: skip
    pl.DataFrame(rows).write_csv(folder / "responses.csv")
    pl.DataFrame(second).write_csv(folder / "second.csv")
    for name, content in (("instrument/codebook.yaml", _codebook()), ("study.yaml", {**_study(), **changes})):
        (folder / name).write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return folder / "study.yaml"


@dataclass(frozen=True)
class Supervised:
    study: Path
    bundle: Path
    page: str


def _page(bundle: Path, lang: str) -> str:
    return (bundle / "restricted" / "report" / f"data_quality.{lang}.html").read_text(encoding="utf-8")


def _text(html: str) -> str:
    """Return what a reader sees of a page: no styles, no marks."""
    kept = re.sub(r"<(style|script)\b.*?</\1>", " ", html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", kept)))


@pytest.fixture(scope="module")
def supervised(tmp_path_factory: pytest.TempPathFactory) -> Supervised:
    folder = tmp_path_factory.mktemp("field")
    study, bundle = write_field_study(folder / "study"), folder / "bundle"
    options = ["--out", str(bundle), "--renderer", "embedded", "--lang", "en", "--format", "html"]
    assert main(["quality", str(study), *options]) == 0
    return Supervised(study, bundle, _page(bundle, "en"))


def test_planted_faults_are_on_the_page_with_whom_and_where(supervised: Supervised) -> None:
    text = _text(supervised.page)
    assert "Wholly the same as row 31" in text
    assert "“Question age” should be at least 18 and at most 100" in text
    assert "c1: 20/30 (accepted / planned)" in text
    assert re.search(
        rf"Speeders \(3\): listen to the recording .*? {HASTY} c2 2026-03-02 6 r005 Took 4.0 minutes only", text
    )
    assert "is no proof of misconduct" in text


def test_every_interviewer_with_cases_opens(supervised: Supervised) -> None:
    found = read_bundle(supervised.bundle).restricted_table("findings")
    lines = re.findall(r"<summary>(.*?) · interviews (\d+) · today (\d+) · to ask (\d+)", supervised.page)
    told = {unescape(name): (int(today), int(ask)) for name, _, today, ask in lines}
    for name in set(found["interviewer"]) - {""}:
        cases = found.filter(pl.col("interviewer") == name)["severity"].to_list()
        assert told[name] == (cases.count(1), cases.count(2))
    communities = re.findall(r"<summary>(c\d) · interviews \d+ · rejected", supervised.page)
    assert set(communities) == set(found["community"]) - {""}


def test_numbers_of_back_checks_and_the_plan_are_those_of_the_tables(supervised: Supervised) -> None:
    bundle, text = read_bundle(supervised.bundle), _text(supervised.page)
    age = bundle.restricted_table("back_checks").filter(pl.col("field") == "age").row(0, named=True)
    assert f"Question age stable {age['n_compared']} {age['n_different']} {100 * age['error_rate']:.1f}" in text
    row = bundle.restricted_table("clusters").filter(pl.col("community") == UNPLANNED).row(0, named=True)
    assert row["state"] == "unplanned"
    assert "not in the plan" in text


def test_a_hostile_name_is_text(supervised: Supervised) -> None:
    assert "<script>alert(1)" not in supervised.page
    assert HOSTILE in _text(supervised.page)
    assert "<strong>b</strong>" not in supervised.page


def test_personal_values_are_nowhere_in_the_bundle(supervised: Supervised) -> None:
    assert NAME not in supervised.page
    assert "别人" not in supervised.page
    for file in supervised.bundle.rglob("*"):
        assert not file.is_file() or NAME.encode() not in file.read_bytes(), file.name


def test_only_the_owner_can_read_the_report_and_all_of_it_is_restricted(supervised: Supervised) -> None:
    restricted = supervised.bundle / "restricted"
    for path in (restricted, *restricted.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path.name
    outside = [path for path in supervised.bundle.rglob("*") if path.is_file() and restricted not in path.parents]
    for file in outside:
        content = file.read_text(encoding="utf-8")
        assert HASTY not in content, file.name
        assert "alert(1)" not in content, file.name
    assert not (supervised.bundle / "report").exists()


def test_the_study_is_not_run_again_for_the_evaluation(supervised: Supervised, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the bundle is complete and current")

    # The program itself may be edited while its tests run; data and definitions are what this is about.
    code = read_bundle(supervised.bundle).manifest["code"]
    monkeypatch.setattr("liandong.workflow.manifest._code", lambda: code)
    monkeypatch.setattr("liandong.workflow.documents.run_loaded", refuse)
    monkeypatch.setattr("liandong.workflow.documents.render_pages", lambda *_, **__: _Rendered())
    monkeypatch.setattr("liandong.workflow.documents._draw_into", lambda *_: None)
    assert main(["report", str(supervised.study), "--out", str(supervised.bundle)]) == 0


class _Rendered:
    files: tuple[Path, ...] = ()
    renderer, version = "none", "0"


@pytest.fixture
def sketched(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave rendering out, which takes seconds: what the page would say is asked of `open_supervision`."""
    monkeypatch.setattr("liandong.workflow.documents.render_pages", _rendered)
    monkeypatch.setattr("liandong.workflow.documents._draw_into", lambda folder, *_: folder.mkdir())


def _rendered(*arguments: Any, **_: Any) -> _Rendered:
    arguments[3].mkdir()
    return _Rendered()


@pytest.mark.usefixtures("sketched")
def test_models_that_cannot_be_estimated_do_not_stop_supervision(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from liandong.present import open_supervision

    study, bundle = write_field_study(tmp_path / "study"), tmp_path / "bundle"
    table = pl.read_csv(study.parent / "responses.csv", infer_schema=False).with_columns(served=pl.lit("1"))
    table.write_csv(study.parent / "responses.csv")
    assert main(["run", str(study), "--out", str(bundle)]) == 4
    capsys.readouterr()
    assert main(["quality", str(study), "--out", str(bundle)]) == 0
    assert "models cannot be estimated yet" in capsys.readouterr().err
    assert json.loads((bundle / "manifest.json").read_text(encoding="utf-8"))["complete"] is False
    assert "cannot be estimated from these data yet" in open_supervision(str(bundle), "en").summary()


@pytest.mark.usefixtures("sketched")
def test_a_study_that_names_nobody_still_has_a_page(tmp_path: Path) -> None:
    from liandong.present import open_supervision

    study, bundle = write_field_study(tmp_path / "study", quality={}, analysis={}), tmp_path / "bundle"
    assert main(["quality", str(study), "--out", str(bundle)]) == 0
    for lang in ("zh", "en"):
        page = open_supervision(str(bundle), lang)
        opening = page.opening()
        assert "has-interviewers: false" in opening
        assert "has-to-do-1: true" in opening
        assert not page.drill("interviewers")
        assert not page.figure("minutes")
        assert "r030" in page.to_do(1)


def test_a_study_without_data_says_so(tmp_path: Path, liandong: Callable[..., Any]) -> None:
    study = write_field_study(tmp_path / "study")
    (study.parent / "responses.csv").unlink()
    outcome = liandong("quality", study, "--out", tmp_path / "bundle")
    assert outcome.code == 3
    assert "responses.csv" in outcome.err
