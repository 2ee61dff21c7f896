"""`liandong new` on real, awkward and hostile files: the draft loads, and check passes or names what to decide."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from frictionless import Schema
from tests.cases.scaffold import exports

from liandong.definitions import Field, Instrument, load_instrument, load_study
from liandong.errors import DefinitionError, IngestError, OutputError
from liandong.workflow import check_study, new_study, run_study
from liandong.workflow.new import NewResult

ROOT = Path(__file__).resolve().parents[2]
AWKWARD = ROOT.parent / "shared" / "data" / "awkward"
FILES = sorted(path for path in AWKWARD.rglob("*.*") if path.suffix not in {".json", ".sas7bcat"})


def silent(_step: str) -> None:
    return None


def draft(folder: Path, *sources: Path, study_id: str | None = None) -> tuple[NewResult, Instrument]:
    result = new_study(folder, sources, study_id=study_id, on_progress=silent)
    return result, load_instrument(folder / "instrument")


def check(folder: Path) -> dict[str, int] | None:
    return check_study(folder, on_progress=silent).rows


def fields(instrument: Instrument) -> dict[str, Field]:
    return {field.name: field for field in instrument.codebook.fields}


def agreement(real: Instrument, mine: Instrument, what: Any) -> int:
    """Return for how many fields `what` is the same."""
    drafted = fields(mine)
    return sum(what(field) == what(drafted[field.name]) for field in real.codebook.fields)


def test_the_draft_of_the_hubei_file_agrees_with_its_instrument(tmp_path: Path) -> None:
    real = load_instrument(ROOT / "data_schema" / "wushe")
    _, mine = draft(tmp_path / "hubei", ROOT / "examples" / "hubei" / "data" / "responses.sav")
    n = len(real.codebook.fields)
    assert agreement(real, mine, lambda field: field.type) == n
    assert agreement(real, mine, lambda field: field.title) == n
    assert agreement(real, mine, lambda field: field.allowed and sorted(field.allowed)) == n
    assert agreement(real, mine, lambda field: field.category_labels("zh")) == n
    assert agreement(real, mine, lambda field: field.liandong.missing_kinds) == n
    assert agreement(real, mine, lambda field: field.liandong.role) >= n - 2
    assert [scale.items for scale in mine.scales] == [scale.items for scale in real.scales]
    assert mine.codebook.key == real.codebook.key
    rows = check(tmp_path / "hubei")
    assert rows == {"received": 627, "accepted": 624, "rejected": 3}


def test_a_draft_without_open_questions_runs_as_it_stands(tmp_path: Path) -> None:
    draft(tmp_path / "hubei", ROOT / "examples" / "hubei" / "data" / "responses.sav")
    result = run_study(tmp_path / "hubei", out=tmp_path / "build", on_progress=silent)
    assert any("undecided" in note for note in result.notes)
    assert pl.read_csv(tmp_path / "build" / "tables" / "indicators.csv").height > 100


def test_a_place_name_that_many_share_must_be_decided_before_a_run(tmp_path: Path) -> None:
    folder = tmp_path / "rice"
    result, mine = draft(folder, ROOT / "examples" / "rice_insurance" / "data" / "households.csv")
    assert [guess.name for guess in result.guesses if guess.blocks] == ["address"]
    assert mine.codebook.key == ("household",)
    with pytest.raises(DefinitionError, match=r"address\.liandong\.pii"):
        run_study(folder, out=tmp_path / "build", on_progress=silent)
    assert not (tmp_path / "build").exists()
    real = load_instrument(ROOT / "data_schema" / "social_insure")
    assert agreement(real, mine, lambda field: field.type) >= 13


@pytest.mark.skipif(not FILES, reason="../shared/data/awkward is not here")
@pytest.mark.parametrize("source", FILES, ids=lambda path: path.name)
def test_a_real_awkward_file_is_drafted_and_checked(source: Path, tmp_path: Path) -> None:
    result, instrument = draft(tmp_path / "study", source)
    assert result.rows is not None
    assert len(instrument.codebook.fields) >= 1
    assert (check(tmp_path / "study") or {})["received"] == result.rows


def test_wjx_by_code_is_recognised(tmp_path: Path) -> None:
    source = exports.wjx_codes(tmp_path / "答卷_按序号.csv")
    _, instrument = draft(tmp_path / "study", source)
    found = fields(instrument)
    study = load_study(tmp_path / "study").spec
    assert instrument.codebook.key == ("serial",)
    assert (found["submitted"].type, found["ip"].liandong.pii) == ("datetime", True)
    assert (study.quality.seconds, study.quality.submitted) == ("seconds_used", "submitted")
    assert found["q1"].liandong.columns == ("1、您的性别",)
    assert found["q1"].title == "您的性别"
    assert found["q4_1"].liandong.missing_kinds == {"-3": "not_applicable"}
    assert found["q7"].liandong.pii is True
    (several,) = instrument.codebook.liandong.sets
    assert (several.fields, several.counted) == (("q4_1", "q4_2", "q4_3", "q4_4"), 1)
    (block,) = instrument.scales
    assert (block.items, block.range) == (("q6_1", "q6_2", "q6_3"), (1, 5))
    assert check(tmp_path / "study") == {"received": exports.ROWS, "accepted": exports.ROWS, "rejected": 0}


def test_wjx_by_text_gets_codes_and_a_field_per_option(tmp_path: Path) -> None:
    source = exports.wjx_texts(tmp_path / "wjx.csv")
    _, instrument = draft(tmp_path / "study", source)
    found = fields(instrument)
    assert found["q2"].category_labels("zh") == dict(enumerate(exports.SCHOOL, start=1))
    assert found["q5"].category_labels("zh") == dict(enumerate(exports.CONTENT, start=1))
    assert found["q5"].liandong.missing_kinds == {"(跳过)": "not_applicable"}
    assert found["q7"].liandong.missing_kinds == {"(空)": "no_answer"}
    options = [found[f"q4_{number}"].liandong.option for number in range(1, 5)]
    assert options == list(exports.SERVICES)
    assert "categories" in found["q2"].liandong.undecided
    run_study(tmp_path / "study", out=tmp_path / "build", on_progress=silent)
    rows = pl.read_parquet(tmp_path / "build" / "restricted" / "responses.parquet")
    ticked = [exports.SERVICES[0] in exports.chosen(row) for row in range(1, exports.ROWS + 1)]
    expected = [int(t) if exports.served(row) else None for row, t in enumerate(ticked, start=1)]
    assert rows["q4_1"].to_list() == expected
    assert rows["q6_1"].to_list() == [1 + (2 * row) % 5 for row in range(1, exports.ROWS + 1)]
    assert rows["seconds_used"].to_list() == [60 + 7 * row for row in range(1, exports.ROWS + 1)]


def test_items_of_one_question_share_their_codes_also_of_answers_that_nobody_chose(tmp_path: Path) -> None:
    answers = exports.AGREE
    rows = [[i, answers[i % 5], answers[1 + i % 4], answers[i % 4]] for i in range(40)]
    source = exports.write(tmp_path / "a.csv", ["序号", "1、态度(甲)", "1、态度(乙)", "1、态度(丙)"], rows)
    _, instrument = draft(tmp_path / "study", source)
    labels = [fields(instrument)[f"q1_{number}"].category_labels("zh") for number in (1, 2, 3)]
    assert labels == [dict(enumerate(answers, start=1))] * 3
    assert [scale.items for scale in instrument.scales] == [("q1_1", "q1_2", "q1_3")]


def test_kobo_columns_are_recognised(tmp_path: Path) -> None:
    source = exports.kobo(tmp_path / "kobo.csv")
    _, instrument = draft(tmp_path / "study", source)
    found, study = fields(instrument), load_study(tmp_path / "study").spec
    assert found["latitude" if "latitude" in found else "gps_latitude"].liandong.pii is True
    assert found["deviceid"].liandong.pii is not False
    assert study.design is not None
    assert study.design.cluster == "village"
    assert (study.quality.started, study.quality.ended) == ("start", "end")
    assert study.quality.interviewer == "enumerator"
    assert found["income"].liandong.missing_kinds == {"999": "user_missing"}
    (several,) = instrument.codebook.liandong.sets
    assert several.fields == ("assets_radio", "assets_bike")


def test_two_waves_are_one_table_with_a_field_that_tells_them_apart(tmp_path: Path) -> None:
    for wave, extra in (("wave1", "only_first"), ("wave2", "only_second")):
        rows = [[f"P{i:03d}", i % 5 + 1, i] for i in range(40)]
        exports.write(tmp_path / f"{wave}.csv", ["pid", "mood", extra], [[*row, wave] for row in rows][:0] or rows)
    first, second = tmp_path / "wave1.csv", tmp_path / "wave2.csv"
    result, instrument = draft(tmp_path / "panel", first, second)
    study = load_study(tmp_path / "panel")
    assert result.rows == 80
    assert study.data["responses"].origin is not None
    assert instrument.codebook.key == ("pid", "wave")
    assert fields(instrument)["wave"].allowed == ("wave1", "wave2")
    assert any("only_first" in note for note in result.notes)
    assert check(tmp_path / "panel") == {"received": 80, "accepted": 80, "rejected": 0}


_HEADERS = "yes|no|null|1e3|:|#|- |a: b|'|a\nb|=1+1|<b>x</b>|😀|~|and|_row|Name|NAME|é|{a}|[a]|&a|*a|!a|%a|@a|`a"
HOSTILE = [*_HEADERS.split("|"), "x" * 300, "\u202eabc", "价格（元）", "价格(元)", "a|b", '"q"', "a,b", "count"]
_CELLS = "=cmd('calc')!A0|<script>alert(1)</script>|yes|null|a: b|#c|“引号”|😀|1e3|007|１２３|-|"
CELLS = _CELLS.split("|")


def hostile_file(path: Path, rows: int = 26) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        writer.writerow([*HOSTILE, "nothing", "id_no"])
        for row in range(rows):
            cells = [CELLS[(row * (i + 1)) % len(CELLS)] for i in range(len(HOSTILE))]
            writer.writerow([*cells, "", row])
    return path


def test_hostile_headers_and_cells_end_in_a_draft_that_loads(tmp_path: Path) -> None:
    result, instrument = draft(tmp_path / "study", hostile_file(tmp_path / "it's: a #file.csv"))
    assert len(instrument.codebook.fields) == len(HOSTILE) + 2
    by_header = {(field.liandong.columns or (field.name,))[0] for field in instrument.codebook.fields}
    # Reading evens out the blanks of headers.
    assert by_header == {*(" ".join(header.split()) for header in HOSTILE), "nothing", "id_no"}
    assert result.files[0] == "data/it's: a #file.csv"
    assert load_study(tmp_path / "study").data["responses"].exists


@pytest.mark.parametrize("make", [hostile_file, exports.wjx_codes, exports.wjx_texts, exports.kobo])
def test_frictionless_accepts_a_drafted_codebook(make: Any, tmp_path: Path) -> None:
    draft(tmp_path / "study", make(tmp_path / "data.csv"))
    schema = Schema.from_descriptor(str(tmp_path / "study" / "instrument" / "codebook.yaml"))
    assert len(schema.fields) > 10


def test_the_study_comes_whole_or_not_at_all(tmp_path: Path) -> None:
    folder, source = tmp_path / "study", exports.kobo(tmp_path / "kobo.csv")
    folder.mkdir()
    (folder / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(OutputError, match=r"notes\.txt"):
        draft(folder, source)
    assert [path.name for path in folder.iterdir()] == ["notes.txt"]
    (tmp_path / "empty.csv").write_text("", encoding="utf-8")
    with pytest.raises(IngestError):
        draft(tmp_path / "other" / "deep", tmp_path / "empty.csv")
    assert not (tmp_path / "other").exists()
    with pytest.raises(DefinitionError, match="small letters"):
        draft(tmp_path / "other", source, study_id="No Id")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["empty.csv", "kobo.csv", "study"]


def test_an_interrupt_leaves_nothing_half_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    source = exports.kobo(tmp_path / "kobo.csv")
    monkeypatch.setattr("liandong.workflow.new.load_study", interrupted)
    with pytest.raises(KeyboardInterrupt):
        draft(tmp_path / "study", source)
    assert [path.name for path in tmp_path.iterdir()] == ["kobo.csv"]


@pytest.mark.parametrize("below", ["", "data/raw"])
def test_data_that_stand_in_the_folder_stay_there(tmp_path: Path, below: str) -> None:
    folder = tmp_path / "study"
    (folder / below).mkdir(parents=True)
    source = exports.kobo(folder / below / "kobo.csv")
    before = source.read_bytes()
    draft(folder, source)
    assert load_study(folder).data["responses"].paths == (source.resolve(),)
    assert source.read_bytes() == before
    assert len(list(folder.rglob("kobo.csv"))) == 1


def names_in_comments(folder: Path, words: Sequence[str]) -> list[str]:
    text = "\n".join(path.read_text(encoding="utf-8") for path in folder.rglob("*.yaml"))
    return [word for word in words if word in text]


def test_no_personal_value_is_written_into_the_definitions(tmp_path: Path) -> None:
    people = [
        [i, f"王小{'一二三四五六七八九'[i % 9]}", f"1380013{i:04d}", f"光明路{i}号{i % 7}室", f"很好{i}"]
        for i in range(60)
    ]
    source = exports.write(tmp_path / "people.csv", ["编号", "姓名", "联系方式", "家庭住址", "意见"], people)
    _, instrument = draft(tmp_path / "study", source)
    personal = {field.name for field in instrument.codebook.fields if field.liandong.pii}
    assert personal == {"contact", "address", "person_name"}
    assert not names_in_comments(tmp_path / "study", ["王小", "1380013", "光明路", "很好"])
