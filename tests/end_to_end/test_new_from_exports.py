"""``liandong new`` from a form, with exports of ODK Central, SurveyCTO and KoBoToolbox as their servers write them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from liandong.definitions import load_study
from liandong.ingest import apply_codebook
from liandong.workflow.sources import read_source

Sheet = Sequence[Sequence[Any]]
Workbook = Callable[[Path, Mapping[str, Sheet]], Path]

SURVEY: Sheet = [
    ["type", "name", "label::中文 (zh)", "label::English (en)"],
    ["start", "start", None, None],
    ["text", "hh_id", "户编号", "Household"],
    ["begin_group", "svc", "服务", "Services"],
    ["select_multiple services", "services", "接受的服务", "Services received"],
    ["select_one yn", "good", "满意", "Content"],
    ["end_group", None, None, None],
    ["geopoint", "gps", "位置", "Place"],
    ["begin_repeat", "member", "家庭成员", "Members"],
    ["integer", "m_age", "成员年龄", "Age of the member"],
    ["end_repeat", None, None, None],
]
CHOICES: Sheet = [
    ["list_name", "name", "label::中文 (zh)", "label::English (en)"],
    ["services", "meal", "助餐", "Meals"],
    ["services", "care", "护理", "Care"],
    ["services", "-99", "其他", "Other"],
    ["yn", 1, "是", "Yes"],
    ["yn", 0, "否", "No"],
]
CENTRAL = (
    "SubmissionDate,start,hh_id,svc-services,svc-good,gps-Latitude,gps-Longitude,gps-Altitude,gps-Accuracy,"
    "meta-instanceID,KEY,SubmitterID,ReviewState,FormVersion\n"
    "2026-06-01T10:00:00.000Z,2026-06-01T09:00:00.000+08:00,0001,meal care,1,30.5,114.3,20,4.5,uuid:1,uuid:1,5,,v1\n"
    "2026-06-01T11:00:00.000Z,2026-06-01T09:30:00.000+08:00,0002,care,0,30.6,114.4,21,6,uuid:2,uuid:2,5,,v1\n"
)
SURVEYCTO = (
    "SubmissionDate,start,hh_id,services,services_meal,services_care,services__99,good,gps-Latitude,gps-Longitude,"
    "gps-Altitude,gps-Accuracy,instanceID,formdef_version,KEY\n"
    '"Jun 1, 2026 10:00:00 AM","Jun 1, 2026 9:00:00 AM",0001,meal care,1,1,0,1,30.5,114.3,20,4.5,uuid:1,26,uuid:1\n'
    '"Jun 1, 2026 11:00:00 AM","Jun 1, 2026 9:30:00 AM",0002,care,0,1,0,0,30.6,114.4,21,6,uuid:2,26,uuid:2\n'
)
KOBO: Sheet = [
    ["start", "hh_id", "svc/services", "svc/services/meal", "svc/services/care", "svc/services/-99", "svc/good", "gps",
     "_gps_latitude", "_gps_longitude", "_gps_altitude", "_gps_precision", "meta/instanceID", "_id", "_uuid", "_index"],
    ["2026-06-01T09:00:00.000+08:00", "0001", "meal care", 1, 1, 0, 1, "30.5 114.3 20 4.5", 30.5, 114.3, 20, 4.5,
     "uuid:1", 11, "u1", 1],
    ["2026-06-01T09:30:00.000+08:00", "0002", "care", 0, 1, 0, 0, "30.6 114.4 21 6", 30.6, 114.4, 21, 6,
     "uuid:2", 12, "u2", 2],
]  # fmt: skip
KOBO_LABELS: Sheet = [
    ["start", "户编号", "接受的服务", "接受的服务/助餐", "接受的服务/护理", "接受的服务/其他", "满意", "位置",
     "_位置_precision", "_id", "_uuid", "_index"],
    ["2026-06-01T09:00:00.000+08:00", "0001", "助餐 护理", 1, 1, 0, "是", "30.5 114.3 20 4.5", 4.5, 11, "u1", 1],
    ["2026-06-01T09:30:00.000+08:00", "0002", "护理", 0, 1, 0, "否", "30.6 114.4 21 6", 6, 12, "u2", 2],
]  # fmt: skip
KOBO_MEMBERS: Sheet = [
    ["m_age", "_index", "_parent_table_name", "_parent_index", "_submission__id", "_submission__uuid"],
    [8, 1, "住户", 1, 11, "u1"],
    [70, 2, "住户", 2, 12, "u2"],
]
MEMBERS = "m_age,PARENT_KEY,KEY\n8,uuid:1,uuid:1/member[1]\n70,uuid:2,uuid:2/member[1]\n"


@pytest.fixture
def form(tmp_path: Path, write_workbook: Workbook) -> Path:
    return write_workbook(tmp_path / "form.xlsx", {"survey": SURVEY, "choices": CHOICES})


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def answers(study: Path) -> Mapping[str, list[Any]]:
    loaded = load_study(study)
    assert loaded.instrument is not None
    raw = read_source(loaded.data["responses"], loaded.instrument.codebook)
    ingested = apply_codebook(raw, loaded.instrument.codebook)
    assert ingested.type_problems.is_empty()
    return ingested.frame.collect().to_dict(as_series=False)


def data_of(study: Path) -> Mapping[str, Any]:
    loaded: Mapping[str, Any] = yaml.safe_load((study / "study.yaml").read_text(encoding="utf-8"))["data"]
    return loaded


@pytest.mark.parametrize("export", ["central", "surveycto", "kobo", "kobo_labels"])
def test_the_usual_exports_of_a_form_are_read_as_they_are(
    export: str, form: Path, liandong: Any, tmp_path: Path, write_workbook: Workbook
) -> None:
    if export.startswith("kobo"):
        sheets = {"住户": KOBO if export == "kobo" else KOBO_LABELS}
        file = write_workbook(tmp_path / "export.xlsx", sheets)
    else:
        file = written(tmp_path / "export.csv", CENTRAL if export == "central" else SURVEYCTO)
    study = tmp_path / "study"
    assert liandong("new", study, "--from", form, "--from", file).code == 0
    found = answers(study)
    keys = ["u1", "u2"] if export.startswith("kobo") else ["uuid:1", "uuid:2"]
    assert (found["instance_key"], found["hh_id"], found["good"]) == (keys, ["0001", "0002"], [1, 0])
    options = [found[name] for name in found if name.startswith("services_")]
    assert options == [[1, 0], [1, 1], [0, 0]]
    if export != "kobo_labels":
        assert found["gps_accuracy"] == [4.5, 6.0]
    checked = liandong("check", study)
    assert checked.code == 0
    assert ("several of a field's columns" in checked.out) == (export != "kobo_labels")


def test_repeats_become_second_tables(form: Path, liandong: Any, tmp_path: Path, write_workbook: Workbook) -> None:
    members = written(tmp_path / "export-member.csv", MEMBERS)
    central = written(tmp_path / "export.csv", CENTRAL)
    study = tmp_path / "study"
    made = liandong("new", study, "--from", form, "--from", members, "--from", central)
    assert made.out.startswith("study: 2 rows, ")
    assert data_of(study) == {"responses": "data/export.csv", "member": "data/export-member.csv"}
    renamed = written(tmp_path / "x.csv", MEMBERS)
    assert liandong("new", tmp_path / "b", "--from", form, "--from", central, "--from", renamed).code == 0
    assert data_of(tmp_path / "b")["member"] == "data/x.csv"
    kobo = write_workbook(tmp_path / "kobo.xlsx", {"住户": KOBO, "member": KOBO_MEMBERS})
    assert liandong("new", tmp_path / "c", "--from", form, "--from", kobo).code == 0
    expected = {"responses": "data/kobo.xlsx", "member": {"file": "data/kobo.xlsx", "sheet": "member"}}
    assert data_of(tmp_path / "c") == expected
    for folder in (study, tmp_path / "c"):
        text = (folder / "instrument" / "codebook.yaml").read_text(encoding="utf-8")
        (folder / "instrument" / "codebook.yaml").write_text(text.replace("pii: null", "pii: false"), encoding="utf-8")
        checked = liandong("check", folder)
        assert checked.code == 0
        assert "2 accepted" in checked.out
        assert "foreign_key" not in checked.out


def test_a_file_of_another_form_is_refused_at_once(
    form: Path, liandong: Any, tmp_path: Path, write_workbook: Workbook
) -> None:
    strange = written(tmp_path / "export.csv", "start,KEY,a,b\n2026-06-01T09:00:00,k,1,2\n")
    refused = liandong("new", tmp_path / "study", "--from", form, "--from", strange)
    assert refused.code == 3
    assert "no column of the file is a question of the form; the file has 'start', 'KEY', 'a', 'b'" in refused.err
    assert not (tmp_path / "study").exists()
    sheets: dict[str, Sheet] = {
        "封面": [["住户调查"], ["单位"]],
        "数据": [["KEY", "hh_id"], ["k", "0001"]],
        "member": KOBO_MEMBERS,
    }
    cover = write_workbook(tmp_path / "cover.xlsx", sheets)
    read_cover = liandong("new", tmp_path / "study", "--from", form, "--from", cover)
    assert (read_cover.code, "'封面' was read; the workbook also has '数据', 'member'" in read_cover.err) == (3, True)
    members = written(tmp_path / "x-member.csv", MEMBERS)
    del sheets["member"]
    write_workbook(cover, sheets)
    both = ("--from", form, "--from", cover, "--from", members, "--sheet", "数据")
    assert liandong("new", tmp_path / "both", *both).code == 0
    responses = {"file": "data/cover.xlsx", "sheet": "数据"}
    assert data_of(tmp_path / "both") == {"responses": responses, "member": "data/x-member.csv"}
    lacking = written(tmp_path / "few.csv", "KEY,hh_id,x\nk,0001,2\n")
    made = liandong("new", tmp_path / "study", "--from", form, "--from", lacking)
    assert made.code == 0
    assert "few.csv has columns for only 1 of " in made.out
    assert "does not know: 'x'" in made.out


def test_how_a_file_is_to_be_read_is_given_and_kept(liandong: Any, tmp_path: Path, write_workbook: Workbook) -> None:
    rows: Sheet = [["编号", "年龄"], *([i, 20 + i] for i in range(1, 26))]
    book = write_workbook(tmp_path / "cover.xlsx", {"封面": [["2026年住户调查"], ["单位"]], "数据": rows})
    assert "'封面' was read; the workbook also has '数据'" in liandong("new", tmp_path / "a", "--from", book).out
    made = liandong("new", tmp_path / "b", "--from", book, "--sheet", "数据")
    assert made.out.startswith("b: 25 rows, 2 fields")
    assert data_of(tmp_path / "b") == {"responses": {"file": "data/cover.xlsx", "sheet": "数据"}}
    assert liandong("check", tmp_path / "b").code == 0
    big5 = tmp_path / "big5.csv"
    big5.write_bytes("編號,備註\n1,好\n2,壞\n".encode("big5"))
    assert liandong("new", tmp_path / "c", "--from", big5, "--encoding", "big5").code == 0
    assert data_of(tmp_path / "c") == {"responses": {"file": "data/big5.csv", "encoding": "big5"}}
    assert "編號" in (tmp_path / "c" / "instrument" / "codebook.yaml").read_text(encoding="utf-8")


def test_errors_of_new_speak_of_its_own_words(liandong: Any, tmp_path: Path, write_workbook: Workbook) -> None:
    mixed = tmp_path / "mixed.csv"
    mixed.write_bytes("编号,备注\n1,好\n".encode() + "2,好\n".encode("gb18030") + b"3,\xff\xff\n")
    absent, folder = tmp_path / "nothing.csv", tmp_path
    book = write_workbook(tmp_path / "book.xlsx", {"封面": [["a", "a b"]], "数据": [["x"], [1]]})
    codes = {}
    for source in (mixed, absent, folder, book):
        failed = liandong("new", tmp_path / "study", "--from", source)
        codes[source.name] = failed.code
        assert "study.yaml" not in failed.err
    assert codes == {"mixed.csv": 3, "nothing.csv": 2, folder.name: 3, "book.xlsx": 3}
    assert f"“{folder.name}”是一个文件夹" in liandong("new", tmp_path / "study", "--from", folder).err
    assert "--sheet" in liandong("new", tmp_path / "study", "--from", book).err
    cover = write_workbook(tmp_path / "cover.xlsx", {"说明": [["本表为导出"]], "数据": [["x"], [1]]})
    told = liandong("new", tmp_path / "study", "--from", cover).err
    assert "no rows; the sheet '说明' was read; the workbook also has '数据'" in told
    assert "--sheet" in told
    refused = liandong("new", tmp_path / "study", "--from", mixed, "--sheet", "数据")
    assert (refused.code, "only workbooks (.xlsx) have sheets" in refused.err) == (2, True)
    merged = write_workbook(tmp_path / "merged.xlsx", {"封面": [["a", "b"], ["a", "b"]], "数据": [["x"], [1]]})
    assert liandong("new", tmp_path / "ok", "--from", merged, "--sheet", "数据").code == 0


AWKWARD = Path(__file__).resolve().parents[3] / "shared" / "data" / "awkward"


@pytest.mark.skipif(not AWKWARD.is_dir(), reason="the folder of awkward files is not here")
@pytest.mark.parametrize("stands", ["beside", "given"])
def test_a_sas_catalogue_gives_the_labels(stands: str, liandong: Any, tmp_path: Path) -> None:
    data = next(AWKWARD.rglob("hadley.sas7bdat"))
    (tmp_path / "sas").mkdir()
    file = tmp_path / "sas" / data.name
    file.write_bytes(data.read_bytes())
    catalogue = tmp_path / "sas" / "formats.sas7bcat" if stands == "beside" else tmp_path / "labels.sas7bcat"
    catalogue.write_bytes(data.with_name("formats.sas7bcat").read_bytes())
    options = () if stands == "beside" else ("--catalogue", catalogue)
    made = liandong("new", tmp_path / "study", "--from", file, *options)
    assert made.code == 0
    assert ("stands beside the data" in made.out) == (stands == "beside")
    assert data_of(tmp_path / "study")["responses"]["catalogue"] == f"data/{catalogue.name}"
    study = load_study(tmp_path / "study")
    assert study.instrument is not None
    assert study.instrument.codebook.field("gender").category_labels("en") == {"f": "Female", "m": "Male"}
    assert isinstance(read_source(study.data["responses"]).data, pl.LazyFrame)
