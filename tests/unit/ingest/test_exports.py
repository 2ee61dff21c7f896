"""Exports of 问卷星, KoBo and SurveyCTO/ODK as their users have them, read with a codebook that names their headers."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from liandong.ingest import Ingested, apply_codebook, read_table

WJX_HEADER = [
    "序号", "提交答卷时间", "所用时间", "来源", "来源详情", "来自IP", "1、您的性别", "2、您享受过哪些服务？(社工服务)",
    "2、您享受过哪些服务？(志愿服务)", "3、您对社区的满意程度", "4、您的年龄", "5、对以下机构的信任(居委会)",
    "5、对以下机构的信任(街道办)", "6、您的意见", "总分",
]  # fmt: skip
WJX_TEXTS = [
    ["1", "2021/3/5 9:14:02", "356秒", "微信", "N/A", "203.0.113.7(湖北-武汉)", "男", "1", "0", "非常满意", "３５",
     "很信任", "一般", "(空)", "0"],
    ["2", "2021/3/5 10:01:44", "1088秒", "链接", "直接访问", "203.0.113.8(湖北-武汉)", "女", "(跳过)", "(跳过)", "一般",
     "42", "(跳过)", "不信任", "很好，谢谢！", "0"],
]  # fmt: skip
WJX_CODES = [
    ["1", "2021/3/5 9:14:02", "356秒", "微信", "N/A", "203.0.113.7(湖北-武汉)", "1", "1", "0", "5", "35", "3",
     "2", "-2", "0"],
    ["2", "2021/3/5 10:01:44", "1088秒", "链接", "直接访问", "203.0.113.8(湖北-武汉)", "2", "-3", "-3", "3", "42",
     "-3", "1", "很好，谢谢！", "0"],
]  # fmt: skip
SKIPPED = {"(跳过)": "skipped", "-3": "skipped", "(空)": "empty", "-2": "empty"}
TRUST = [(1, "不信任", "No trust"), (2, "一般", "Some"), (3, "很信任", "Much")]
KOBO_HEADER = [
    "start", "end", "group_basic/age", "group_basic/services", "group_basic/services/social_work",
    "group_basic/services/volunteer", "group_basic/happy", "_id", "_uuid", "_submission_time",
]  # fmt: skip
KOBO_ROWS = [
    ["2021-11-03T09:14:02.123+08:00", "2021-11-03T09:40:00.000+08:00", "35", "social_work volunteer", "1", "1",
     "Yes", "1001", "a1", "2021-11-03T01:40:05"],
    ["2021-11-03T10:14:02.123+08:00", "2021-11-03T10:40:00.000+08:00", "", "", "", "", "No", "1002", "a2",
     "2021-11-03T02:40:05"],
]  # fmt: skip
SURVEYCTO_HEADER = [
    "SubmissionDate",
    "starttime",
    "formdef_version",
    "income",
    "services",
    "services_1",
    "services_2",
    "child_1",
    "KEY",
]
SURVEYCTO_ROWS = [
    ["Nov 3, 2021 9:14:02 AM", "Nov 3, 2021 8:50:00 AM", "2110010900", "1,200", "1 2", "1", "1", "小明", "uuid:aa"],
    ["Nov 4, 2021 12:02:00 PM", "Nov 4, 2021 12:30:00 AM", "2110010900", "980", "96", "0", "0", "", "uuid:bb"],
]  # fmt: skip


def field(kind: str, *columns: str, labels: Sequence[tuple[int, str, str]] = (), **extras: Any) -> dict[str, Any]:
    """Return a field found under `columns`, with codes and their labels in both languages, for `make_codebook`."""
    survey: dict[str, Any] = {"title_en": "Q", "columns": list(columns), "missing_kinds": SKIPPED}
    known = {key: extras.pop(key) for key in ("option",) if key in extras}
    spec: dict[str, Any] = {"type": kind, "liandong": {**survey, **known}, **extras}
    if labels:
        spec["categories"] = [{"value": code, "label": zh} for code, zh, _ in labels]
        spec["liandong"]["categories_en"] = [{"value": code, "label": en} for code, _, en in labels]
    return spec


def wjx_codebook(make: Any) -> Any:
    satisfied = [(1, "非常不满意", "Very bad"), (3, "一般", "Fair"), (5, "非常满意", "Very good")]
    return make(
        answer_id=field("integer", "序号"),
        submitted=field("datetime", "提交答卷时间"),
        seconds=field("integer", "所用时间", bareNumber=False),
        ip=field("string", "来自IP"),
        gender=field("integer", "1、您的性别", labels=[(1, "男", "Male"), (2, "女", "Female")]),
        social_work=field("integer", "2、您享受过哪些服务？(社工服务)"),
        volunteer=field("integer", "2、您享受过哪些服务？(志愿服务)"),
        satisfaction=field("integer", "3、您对社区的满意程度", labels=satisfied),
        age=field("integer", "4、您的年龄"),
        trust_committee=field("integer", "5、对以下机构的信任(居委会)", labels=TRUST),
        trust_office=field("integer", "5、对以下机构的信任(街道办)", labels=TRUST),
        opinion=field("string", "6、您的意见"),
    )


def write_csv(path: Path, rows: Sequence[Sequence[str]], encoding: str = "utf-8", separator: str = ",") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=separator).writerows(rows)
    return path


def answers(ingested: Ingested) -> Mapping[str, list[Any]]:
    return ingested.frame.lazy().collect().to_dict(as_series=False)


def kinds(ingested: Ingested) -> Mapping[str, list[str | None]]:
    found = ingested.missing.lazy().collect().cast(pl.String)
    return {name: values for name, values in found.to_dict(as_series=False).items() if any(values)}


@pytest.mark.parametrize("rows", [WJX_TEXTS, WJX_CODES], ids=["option texts", "option codes"])
@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_an_export_of_wjx_gives_the_same_answers_however_it_was_made(
    rows: Sequence[Sequence[str]], suffix: str, tmp_path: Path, make_codebook: Any, write_workbook: Any
) -> None:
    if suffix == "csv":
        path = write_csv(tmp_path / "export.csv", [WJX_HEADER, *rows], encoding="gb18030")
    else:
        cells = [
            [int(cell) if cell.lstrip("-").isascii() and cell.lstrip("-").isdigit() else cell for cell in row]
            for row in rows
        ]
        path = write_workbook(tmp_path / "export.xlsx", {"Sheet1": [WJX_HEADER, *cells]})
    ingested = apply_codebook(read_table(path), wjx_codebook(make_codebook))
    assert answers(ingested) == {
        "_row": [1, 2],
        "answer_id": [1, 2],
        "submitted": [datetime(2021, 3, 5, 9, 14, 2), datetime(2021, 3, 5, 10, 1, 44)],  # noqa: DTZ001 (local time)
        "seconds": [356, 1088],
        "ip": ["203.0.113.7(湖北-武汉)", "203.0.113.8(湖北-武汉)"],
        "gender": [1, 2],
        "social_work": [1, None],
        "volunteer": [0, None],
        "satisfaction": [5, 3],
        "age": [35, 42],
        "trust_committee": [3, None],
        "trust_office": [2, 1],
        "opinion": [None, "很好，谢谢！"],
    }
    assert kinds(ingested) == {
        "social_work": [None, "skipped"],
        "volunteer": [None, "skipped"],
        "trust_committee": [None, "skipped"],
        "opinion": ["empty", None],
    }
    assert ingested.type_problems.is_empty()
    assert set(ingested.unknown_columns) == {"来源", "来源详情", "总分"}
    worded = "gender: 2 cells hold a label, which was read as its code."
    assert (worded in ingested.notes) == (rows is WJX_TEXTS)


def test_several_answers_in_one_cell_of_wjx(tmp_path: Path, make_codebook: Any) -> None:
    header = ["序号", "2、您享受过哪些服务？"]
    rows = [["1", "社工服务┋志愿服务"], ["2", "志愿服务"], ["3", "(跳过)"], ["4", ""]]
    path = write_csv(tmp_path / "export.csv", [header, *rows], encoding="gb18030")
    book = make_codebook(
        social_work=field("integer", header[1], option="社工服务"),
        volunteer=field("integer", header[1], option="志愿服务"),
    )
    ingested = apply_codebook(read_table(path), book)
    assert answers(ingested)["social_work"] == [1, 0, None, None]
    assert answers(ingested)["volunteer"] == [1, 1, None, None]
    assert kinds(ingested)["social_work"] == [None, None, "skipped", None]


def test_an_export_of_kobo_is_read(tmp_path: Path, make_codebook: Any) -> None:
    path = write_csv(tmp_path / "kobo.csv", [KOBO_HEADER, *KOBO_ROWS], encoding="utf-8-sig", separator=";")
    happy = [(1, "是", "Yes"), (0, "否", "No")]
    ingested = apply_codebook(
        read_table(path),
        make_codebook(
            started=field("datetime", "start"),
            ended=field("datetime", "end"),
            age=field("integer", "group_basic/age"),
            social_work=field("integer", "group_basic/services/social_work"),
            volunteer=field("integer", "group_basic/services", option="volunteer"),
            happy=field("integer", "group_basic/happy", labels=happy),
            submitted=field("datetime", "_submission_time"),
        ),
    )
    found = answers(ingested)
    assert found["started"][0] == datetime(2021, 11, 3, 9, 14, 2, 123_000)  # noqa: DTZ001 (local time)
    assert found["submitted"][1] == datetime(2021, 11, 3, 2, 40, 5)  # noqa: DTZ001 (as the file has it)
    assert (found["age"], found["social_work"], found["volunteer"]) == ([35, None], [1, None], [1, None])
    assert found["happy"] == [1, 0]
    assert ingested.type_problems.is_empty()


def test_an_export_of_surveycto_is_read(tmp_path: Path, make_codebook: Any) -> None:
    path = write_csv(tmp_path / "form_WIDE.csv", [SURVEYCTO_HEADER, *SURVEYCTO_ROWS])
    ingested = apply_codebook(
        read_table(path),
        make_codebook(
            submitted=field("datetime", "SubmissionDate"),
            started=field("datetime", "starttime"),
            income=field("integer"),
            social_work=field("integer", "services_1"),
            other_service=field("integer", "services", option="96"),
            key=field("string"),
        ),
    )
    found = answers(ingested)
    assert found["submitted"] == [datetime(2021, 11, 3, 9, 14, 2), datetime(2021, 11, 4, 12, 2)]  # noqa: DTZ001
    assert found["started"][1] == datetime(2021, 11, 4, 0, 30)  # noqa: DTZ001 (local time)
    assert (found["income"], found["social_work"], found["other_service"]) == ([1200, 980], [1, 0], [0, 1])
    assert found["key"] == ["uuid:aa", "uuid:bb"]
    assert ingested.type_problems.is_empty()


def test_an_option_may_stand_as_a_number_in_a_workbook(tmp_path: Path, make_codebook: Any, write_workbook: Any) -> None:
    rows = [["id", "services"], [1, 1], [2, 96], [3, -3], [4, None]]
    path = write_workbook(tmp_path / "form.xlsx", {"s": rows})
    book = make_codebook(
        first=field("integer", "services", option="1"), other=field("integer", "services", option="96")
    )
    ingested = apply_codebook(read_table(path), book)
    assert answers(ingested)["other"] == [0, 1, None, None]
    assert kinds(ingested)["other"] == [None, None, "skipped", None]


@pytest.mark.parametrize(
    ("cells", "options"),
    [
        (
            ["助餐┋不存在", "护理", "助餐┋护理", "不存在", "助餐 ┋ 护理┋不存在", "其他〖助餐┋不存在〗┋护理"],
            ("助餐", "护理", "其他"),
        ),
        (
            ["meal bogus", "care", "meal care", "bogus", "meal  care bogus", "other〖x y〗 care"],
            ("meal", "care", "other"),
        ),
    ],
)
def test_an_answer_that_is_no_option_is_listed_and_does_not_turn_into_no(
    cells: list[str], options: tuple[str, ...], make_codebook: Any, raw_of: Any
) -> None:
    book = make_codebook(**{f"q{i}": field("integer", "q", option=one) for i, one in enumerate(options)})
    ingested = apply_codebook(raw_of(pl.DataFrame({"q": [*cells, "", "(跳过)"]})), book)
    found = answers(ingested)
    assert found["q0"] == [1, 0, 1, None, 1, 0, None, None]
    assert found["q1"] == [None, 1, 1, None, 1, 1, None, None]
    assert found["q2"] == [None, 0, 0, None, None, 1, None, None]
    listed = ingested.type_problems.group_by("row", maintain_order=True).agg("field", pl.col("value").unique())
    assert {row: (fields, values) for row, fields, values in listed.iter_rows()} == {
        1: (["q1", "q2"], [cells[0]]),
        4: (["q0", "q1", "q2"], [cells[3]]),
        5: (["q2"], [cells[4]]),
    }


def test_an_unknown_answer_beside_all_options_is_listed(make_codebook: Any, raw_of: Any) -> None:
    book = make_codebook(a=field("integer", "q", option="a"), b=field("integer", "q", option="b"))
    ingested = apply_codebook(raw_of(pl.DataFrame({"q": ["a b c", "a b", "b"]})), book)
    assert ingested.type_problems.rows() == [(1, "a", "a b c")]
    assert (answers(ingested)["a"], answers(ingested)["b"]) == ([None, 1, 0], [1, 1, 1])


def test_an_unknown_answer_in_a_cell_that_is_passed_over_is_noted(make_codebook: Any, raw_of: Any) -> None:
    book = make_codebook(
        a=field("integer", "q/a", "q", option="a"), b=field("integer", "q/b", "q", option="b"), n=field("integer")
    )
    frame = pl.DataFrame(
        {"q": ["a gone", "b own", "", "(跳过)"], "q/a": "1000", "q/b": "0100", "q/own": "0100", "n": 1}
    )
    frame = frame.with_columns(pl.col("q/a", "q/b", "q/own").str.slice(0, 1))
    note = "q: 1 cells hold an answer that is no option of the codebook and has no column of its own."
    assert note in apply_codebook(raw_of(frame), book).notes
    assert note not in apply_codebook(raw_of(frame.slice(1)), book).notes


def test_an_unknown_answer_that_is_a_number_is_listed(make_codebook: Any, raw_of: Any) -> None:
    book = make_codebook(a=field("integer", "q", option="1"), b=field("integer", "q", option="2", bareNumber=False))
    for cells in ([1, 2, 3], ["1", "2", "3"]):
        ingested = apply_codebook(raw_of(pl.DataFrame({"q": cells})), book)
        assert (answers(ingested)["a"], answers(ingested)["b"]) == ([1, 0, None], [0, 1, None])
        assert ingested.type_problems.rows() == [(3, "a", "3"), (3, "b", "3")]


WORDS = [(1, "很好（满意）", "Good (happy)"), (2, "其他", "Other"), (3, "1", "One")]


def test_labels_are_codes_however_a_keyboard_writes_them(make_codebook: Any, raw_of: Any) -> None:
    cells = ["很好(满意)", "很好（满意） ", "Good (happy)", "其他〖见备注〗", "1", "One", "（跳过）", "未列出"]
    ingested = apply_codebook(raw_of(pl.DataFrame({"q": cells})), make_codebook(q=field("integer", labels=WORDS)))
    assert answers(ingested)["q"] == [1, 1, 1, 2, 1, 3, None, None]
    assert kinds(ingested)["q"] == [None] * 6 + ["skipped", None]
    assert ingested.type_problems["value"].to_list() == ["未列出"]


def test_labels_of_missing_codes_are_missing(make_codebook: Any, raw_of: Any) -> None:
    spec = field("integer", missingValues=[{"value": "-3", "label": "不适用"}, {"value": "-9", "label": "拒答"}])
    ingested = apply_codebook(raw_of(pl.DataFrame({"q": ["不适用", "拒答", "-9", "4"]})), make_codebook(q=spec))
    assert answers(ingested)["q"] == [None, None, None, 4]
    assert kinds(ingested)["q"] == ["skipped", "user_missing", "user_missing", None]


def test_codes_that_are_texts_have_labels_too(make_codebook: Any, raw_of: Any) -> None:
    spec = {"type": "string", "categories": [{"value": "m", "label": "男"}, {"value": "f", "label": "女"}]}
    ingested = apply_codebook(raw_of(pl.DataFrame({"q": ["m", "女", "未知"]})), make_codebook(q=spec))
    assert answers(ingested)["q"] == ["m", "f", "未知"]


def test_a_unit_goes_but_a_word_that_multiplies_stays(make_codebook: Any, raw_of: Any) -> None:
    cells = ["356秒", "12 kg", "¥1,234.50", "95%", "3.5万", "3.5万元", "二十"]
    ingested = apply_codebook(raw_of(pl.DataFrame({"q": cells})), make_codebook(q=field("number", bareNumber=False)))
    assert answers(ingested)["q"] == [356.0, 12.0, 1234.5, 95.0, None, None, None]
    assert ingested.type_problems["value"].to_list() == ["3.5万", "3.5万元", "二十"]
