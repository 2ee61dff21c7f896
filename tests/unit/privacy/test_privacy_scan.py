from __future__ import annotations

from importlib import import_module
from typing import Any

import polars as pl
import pytest

from liandong.definitions import Field
from liandong.privacy import Column, Hit, scan, undecided


def _field(name: str, kind: str = "string", **more: Any) -> Field:
    extras = {"title_en": name, **more.pop("liandong", {})}
    return Field.model_validate({"name": name, "title": f"题目{name}", "type": kind, "liandong": extras, **more})


def _scan(values: pl.Series, field: Field | None = None) -> list[tuple[str, int, tuple[int, ...]]]:
    column = Column(values.name, field)
    return [(hit.kind, hit.cells, hit.rows) for hit in scan(values.to_frame().lazy(), [column])]


def test_a_handful_of_cells_in_a_long_column_is_found_with_its_first_rows() -> None:
    texts = ["没有意见"] * 5000
    for row in (17, 1234, 2000, 4999):
        texts[row] = f"请打1380000{row:04d}"
    hits = scan(pl.LazyFrame({"q": texts}), [Column("q", _field("q"))])
    assert hits == (Hit("q", "q", "mobile", 4, 4 / 5000, (18, 1235, 2001)),)


def test_rows_are_counted_through_all_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_module("liandong.privacy.scan"), "_BATCH", 100)
    texts: list[str | None] = [None] * 1000
    texts[150], texts[151], texts[950] = "13800000000", "好", "13800000000"
    assert _scan(pl.Series("q", texts)) == [("mobile", 2, (151, 951))]


@pytest.mark.parametrize("dtype", [pl.Int64, pl.Float64, pl.UInt64])
def test_telephone_numbers_stored_as_numbers_are_found(dtype: Any) -> None:
    values = pl.Series("q", [13800000000, 5, None, 13900000001], dtype=dtype)
    assert _scan(values) == [("mobile", 2, (1, 4))]
    assert _scan(values, _field("q", "integer")) == [("mobile", 2, (1, 4))]


def test_an_id_that_a_spreadsheet_has_rounded_is_found() -> None:
    assert _scan(pl.Series("q", [420106190001010123.0, 1.0])) == [("resident_id", 1, (1,))]
    assert _scan(pl.Series("q", [420106190001010000, 420106190013010000])) == [("resident_id", 1, (1,))]
    assert _scan(pl.Series("q", [420106190001010001])) == []


def test_small_numbers_weights_and_years_are_no_personal_data() -> None:
    numbers = pl.DataFrame(
        {
            "year": [2020, 2021, 2022],
            "weight": [0.81234567, 1.2345678, 1.9],
            "income": [120000.0, 3.5e9, 88000.0],
            "share": [33.33333, 41.66667, 50.12345],
            "score": [101.5, 99.0, 120.25],
        }
    )
    assert scan(numbers.lazy(), [Column(name) for name in numbers.columns]) == ()


def test_coded_columns_are_left() -> None:
    coded = _field("q", "integer", constraints={"enum": [1, 2, 3]}, title="您的手机号码")
    assert _scan(pl.Series("q", [1, 2, 13800000000]), coded) == []
    answers = _field("q", constraints={"enum": ["高中", "初中", "大专"]}, title="户主")
    assert _scan(pl.Series("q", ["高中", "初中", "大专"]), answers) == []


@pytest.mark.parametrize(
    ("labels", "kind"),
    [
        (["王　建国", "李秀英", "张伟"], "name"),
        (["逄建国", "仝秀英", "亓伟"], "name"),
        (["Wang Wei", "Li Na", "Zhang Min"], "name"),
        (["A. 王建国", "B. 李秀英", "其他"], "name"),
        (["13800000000", "没有"], "mobile"),
        (["满意", "一般", "不满意"], None),
        (["Very good", "Good", "Bad"], None),
        (["梅园社区", "江岸区", "李家村"], None),
    ],
)
@pytest.mark.parametrize("coded", [True, False])
def test_what_the_labels_of_codes_say_is_looked_at_as_cells_are(
    labels: list[str],
    kind: str | None,
    coded: bool,  # noqa: FBT001
) -> None:
    if coded:
        categories = [{"value": code, "label": label} for code, label in enumerate(labels)]
        field, cells = _field("q", "integer", categories=categories), pl.Series("q", [0, 1, 1])
    else:
        field, cells = _field("q", constraints={"enum": labels}), pl.Series("q", [labels[0], labels[1]])
    hits = scan(cells.to_frame().lazy(), [Column("q", field)])
    assert [hit.kind for hit in hits] == ([kind] if kind else [])
    error = undecided(hits, "answers.csv")
    assert (error is None) is (kind is None)
    assert not any(label in f"{error}{error.zh if error else ''}" for label in labels)


def test_versions_of_a_program_are_no_addresses_of_machines() -> None:
    assert _scan(pl.Series("app_version", ["1.2.3.4", "1.2.3.5"])) == []
    assert _scan(pl.Series("app", ["1.2.3.4", "1.2.3.5"])) == [("ip", 2, (1, 2))]


def test_what_somebody_wrote_instead_of_a_code_is_found() -> None:
    answers = _field("q", constraints={"enum": ["是", "否"]})
    assert _scan(pl.Series("q", ["是", "否", "打我电话13800000000"]), answers) == [("mobile", 1, (3,))]


@pytest.mark.parametrize("decision", [True, False])
def test_a_decision_ends_the_search(decision: bool) -> None:  # noqa: FBT001
    field = _field("phone", liandong={"pii": decision})
    assert _scan(pl.Series("phone", ["13800000000"]), field) == []


def test_a_column_of_names_is_found_by_its_form() -> None:
    names = ["张三", "李四", "王小二", "欧阳小明", "不愿透露", None, "赵六"]
    assert _scan(pl.Series("q7", names)) == [("name", 5, (1, 2, 3))]
    assert _scan(pl.Series("q7", ["高中", "初中", "大专", "安全", "同意"])) == []
    assert _scan(pl.Series("q7", ["张三"] * 50 + ["好"] * 2)) == []


def test_coordinates_are_found_as_a_pair() -> None:
    east = [114.30551, 114.31222, 114.29876, None]
    north = [30.59281, 30.60012, 30.58555, 30.5]
    pair = pl.LazyFrame({"a": east, "b": [1, 2, 3, 4], "c": [30.59281, 30.60012, 30.58555, None]})
    assert [(hit.column, hit.kind, hit.cells) for hit in scan(pair, [Column(name) for name in "abc"])] == [
        ("a", "gps", 3),
        ("c", "gps", 3),
    ]
    texts = pl.LazyFrame({"a": [str(value) if value else None for value in east], "b": [str(value) for value in north]})
    assert {hit.column for hit in scan(texts, [Column("a")])} == set()
    assert scan(pl.LazyFrame({"a": east}), [Column("a")]) == ()
    alone = scan(pl.LazyFrame({"lon": east}), [Column("lon")])
    assert [hit.kind for hit in alone] == ["gps"]


def test_a_heading_announces_what_the_cells_do_not_show() -> None:
    title = Field.model_validate({**_field("q9").model_dump(by_alias=True), "title": "您的详细住址"})
    assert _scan(pl.Series("q9", ["桥头", None, "桥尾"]), title) == [("address", 0, (1, 3))]
    number = Field.model_validate({**_field("q9", "integer").model_dump(by_alias=True), "title": "手机"})
    assert _scan(pl.Series("q9", [0, 1, 1]), number) == []
    assert _scan(pl.Series("q9", [], dtype=pl.String), title) == []


def test_texts_of_other_kinds_of_column_are_searched() -> None:
    phones = ["13800000000", "13900000000", "13800000000"]
    for dtype in (pl.Categorical, pl.Enum(["13800000000", "13900000000"])):
        assert _scan(pl.Series("q", phones, dtype=dtype)) == [("mobile", 3, (1, 2, 3))]
    assert _scan(pl.Series("q", [True, False])) == []


def test_the_message_names_everything_but_the_values() -> None:
    data = pl.LazyFrame(
        {"phone": ["13800000000", "", "13911112222"], "say": ["好", "王阿姨好", "好"], "x": ["a@b.cn"] * 3}
    )
    hits = scan(data, [Column("phone", _field("phone")), Column("say", _field("say")), Column("x")])
    error = undecided(hits, "answers.csv")
    assert error is not None
    text = f"{error}\n{error.zh}"
    for words in (
        "answers.csv",
        "phone: mobile numbers in 2 cells",
        "rows 1, 3",
        "say: names of people in 1 cell",
        "row 2",
    ):
        assert words in text
    for value in ("138", "139", "王", "a@b.cn"):
        assert value not in text
    assert "pii: true" in text
    assert "pii: false" in text
    assert undecided([hit for hit in hits if hit.field is None], "answers.csv") is None
