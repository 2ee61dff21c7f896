from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from liandong.errors import IngestError
from liandong.ingest import DeclaredMissing, RawTable, apply_codebook

KINDS = {"97": "refused", "98": "dont_know", "-3": "not_applicable"}


def test_columns_come_in_codebook_order_with_row_numbers(
    make_codebook: Callable[..., Any], raw_of: Callable[..., RawTable]
) -> None:
    table = raw_of(pl.DataFrame({"b": ["2", "4"], "a": ["1", "3"]}))
    frame = apply_codebook(table, make_codebook(a="integer", b="integer")).frame.collect()
    assert frame.rows(named=True) == [{"_row": 1, "a": 1, "b": 2}, {"_row": 2, "a": 3, "b": 4}]


def test_unknown_columns_are_kept_aside_as_stored(
    make_codebook: Callable[..., Any], raw_of: Callable[..., RawTable]
) -> None:
    table = raw_of(pl.DataFrame({"a": ["1", "2"], "x y": [" 7", ""], "_row": ["k", "l"]}))
    ingested = apply_codebook(table, make_codebook(a="integer"))
    assert ingested.unknown.collect().to_dict(as_series=False) == {
        "_row": [1, 2],
        "x y": [" 7", ""],
        "_row_of_file": ["k", "l"],
    }
    assert ingested.frame.collect().columns == ["_row", "a"]


def test_absent_fields_are_named_and_not_made_up(
    make_codebook: Callable[..., Any], raw_of: Callable[..., RawTable]
) -> None:
    ingested = apply_codebook(raw_of(pl.DataFrame({"a": ["1"]})), make_codebook(a="integer", b="string", c="date"))
    assert ingested.absent == ("b", "c")
    assert ingested.frame.collect().columns == ["_row", "a"]


def test_names_match_exactly_before_they_match_in_another_case(
    make_codebook: Callable[..., Any], raw_of: Callable[..., RawTable]
) -> None:
    table = raw_of(pl.DataFrame({"AGE": ["1"], "age": ["2"], "Sex": ["3"]}))
    ingested = apply_codebook(table, make_codebook(age="integer", sex="integer"))
    assert ingested.frame.collect().row(0, named=True) == {"_row": 1, "age": 2, "sex": 3}
    assert ingested.unknown.collect().columns == ["_row", "AGE"]
    assert ingested.notes == ("The column 'Sex' was taken for the field 'sex'.",)


def test_two_columns_that_match_equally_well_are_an_error(
    make_codebook: Callable[..., Any], raw_of: Callable[..., RawTable]
) -> None:
    table = raw_of(pl.DataFrame({"AGE": ["1"], "Age": ["2"]}))
    with pytest.raises(IngestError, match="'AGE', 'Age'"):
        apply_codebook(table, make_codebook(age="integer"))


@pytest.mark.parametrize("header", ["您的年龄", " 您的年龄　", "Q1 AGE", "Ｑ１ age"])
def test_a_field_is_found_by_its_headers_however_they_are_written(
    header: str, make_codebook: Callable[..., Any], raw_of: Callable[..., RawTable]
) -> None:
    book = make_codebook(age={"type": "integer", "liandong": {"title_en": "Age", "columns": ["您的年龄", "q1 age"]}})
    table = raw_of(pl.DataFrame({header: ["3"], "other": ["4"]}))
    assert apply_codebook(table, book).frame.collect()["age"].to_list() == [3]
    both = raw_of(pl.DataFrame({header: ["3"], "AGE": ["4"], "您的年龄\t": ["5"]}))
    by_name = 3 if header == "您的年龄" else 4
    assert apply_codebook(both, book).frame.collect()["age"].to_list() == [by_name]


def test_of_several_listed_columns_the_first_listed_is_taken(
    make_codebook: Callable[..., Any], raw_of: Callable[..., RawTable]
) -> None:
    spec = {"type": "string", "liandong": {"title_en": "Key", "columns": ["KEY", "_uuid", "meta-instanceID"]}}
    table = raw_of(pl.DataFrame({"meta-instanceID": ["a"], "_uuid": ["b"], "key": ["c"], "n": ["1"]}))
    ingested = apply_codebook(table, make_codebook(record=spec, n="integer"))
    assert ingested.frame.collect()["record"].to_list() == ["b"]
    assert set(ingested.unknown_columns) == {"meta-instanceID", "key"}
    assert ingested.notes == (
        (
            "Where the file has several of a field's columns, the first that is listed counts: "
            "record is '_uuid', not 'meta-instanceID'."
        ),
    )
    exact = raw_of(pl.DataFrame({"KEY": ["a"], "record": ["b"]}))
    assert apply_codebook(exact, make_codebook(record=spec)).frame.collect()["record"].to_list() == ["b"]
    spellings = raw_of(pl.DataFrame({"META-INSTANCEID": ["a"], "key": ["c"]}))
    assert apply_codebook(spellings, make_codebook(record=spec)).frame.collect()["record"].to_list() == ["c"]


def test_a_file_of_another_instrument_is_an_error(
    make_codebook: Callable[..., Any], raw_of: Callable[..., RawTable]
) -> None:
    with pytest.raises(IngestError, match="the file has 'x', the codebook has 'a', 'b'"):
        apply_codebook(raw_of(pl.DataFrame({"x": ["1"]})), make_codebook(a="integer", b="integer"))


@pytest.mark.parametrize("written", ["97", "97.0", " 97", "９７", "9.7e1"])
def test_a_missing_code_is_known_however_it_is_written(
    written: str, make_codebook: Callable[..., Any], raw_of: Callable[..., RawTable]
) -> None:
    table = raw_of(pl.DataFrame({"q": [written, "3", ""]}))
    ingested = apply_codebook(table, make_codebook(q={"type": "integer", "kinds": KINDS}))
    assert ingested.frame.collect()["q"].to_list() == [None, 3, None]
    assert ingested.missing.collect()["q"].to_list() == ["refused", None, None]
    assert ingested.type_problems.is_empty()


def test_a_text_field_knows_codes_only_as_they_are_written(
    make_codebook: Callable[..., Any], raw_of: Callable[..., RawTable]
) -> None:
    table = raw_of(pl.DataFrame({"code": ["97 ", "097", "(跳过)", "x"]}))
    spec = {"type": "string", "kinds": {"97": "refused", "(跳过)": "not_applicable"}}
    ingested = apply_codebook(table, make_codebook(code=spec))
    assert ingested.frame.collect()["code"].to_list() == [None, "097", None, "x"]
    assert ingested.missing.collect()["code"].to_list() == ["refused", None, "not_applicable", None]


def test_codes_of_the_whole_codebook_hold_where_a_field_has_none_of_its_own(
    make_codebook: Callable[..., Any], raw_of: Callable[..., RawTable]
) -> None:
    table = raw_of(pl.DataFrame({"a": ["-9", "97"], "b": ["-9", "97"]}))
    book = make_codebook(codes=["-9"], a="integer", b={"type": "integer", "kinds": {"97": "refused"}})
    ingested = apply_codebook(table, book)
    assert ingested.missing.collect().rows() == [("user_missing", None), (None, "refused")]
    assert ingested.frame.collect().rows() == [(1, None, -9), (2, 97, None)]


def test_missing_codes_may_be_bare_texts(make_codebook: Callable[..., Any], raw_of: Callable[..., RawTable]) -> None:
    """A Table Schema lists either texts or values with labels; both say the same."""
    table = raw_of(pl.DataFrame({"q": ["-9", "97", "3", ""]}))
    spec: dict[str, Any] = {
        "type": "integer",
        "liandong": {"title_en": "Q", "missing_kinds": {"97": "refused"}},
    }
    bare = apply_codebook(table, make_codebook(q={**spec, "missingValues": ["", "-9", "97"]}))
    mapped = [{"value": ""}, {"value": "-9"}, {"value": "97"}]
    labelled = apply_codebook(table, make_codebook(q={**spec, "missingValues": mapped}))
    assert bare.frame.collect()["q"].to_list() == [None, None, 3, None]
    assert bare.missing.collect()["q"].to_list() == ["user_missing", "refused", None, None]
    assert bare.missing.collect().equals(labelled.missing.collect())


def test_what_the_file_declares_missing_is_kept_and_noted(
    make_codebook: Callable[..., Any], raw_of: Callable[..., RawTable]
) -> None:
    table = raw_of(
        pl.DataFrame({"q": [1.0, 97.0, 99.0, -5.0, None], "s": ["a", "Z", "", None, "b"]}),
        user_missing={
            "q": DeclaredMissing(values=(97.0, 99.0), ranges=((float("-inf"), -1.0),)),
            "s": DeclaredMissing(values=("Z",)),
        },
    )
    ingested = apply_codebook(table, make_codebook(q={"type": "integer", "kinds": KINDS}, s="string"))
    assert ingested.frame.collect()["q"].to_list() == [1, None, None, None, None]
    assert ingested.missing.collect()["q"].to_list() == [None, "refused", "user_missing", "user_missing", None]
    assert ingested.missing.collect()["s"].to_list() == [None, "user_missing", None, None, None]
    assert [note.partition(" missing,")[0] for note in ingested.notes] == [
        "q: the file declares 99, -inf to -1",
        "s: the file declares Z",
    ]


def test_extended_missing_values_keep_their_kind(
    make_codebook: Callable[..., Any], raw_of: Callable[..., RawTable]
) -> None:
    table = raw_of(
        pl.DataFrame({"q": [1.0, None, None, None]}),
        tags=pl.DataFrame({"row": [1, 2], "column": ["q", "q"], "tag": [".a", ".z"]}),
        user_missing={"q": DeclaredMissing(tags=(".a", ".z"))},
    )
    ingested = apply_codebook(table, make_codebook(q={"type": "integer", "kinds": {".a": "refused"}}))
    assert ingested.frame.collect()["q"].to_list() == [1, None, None, None]
    assert ingested.missing.collect()["q"].to_list() == [None, "refused", "user_missing", None]


def test_only_fields_with_missing_codes_have_a_column_of_kinds(
    make_codebook: Callable[..., Any], raw_of: Callable[..., RawTable]
) -> None:
    table = raw_of(pl.DataFrame({"a": ["1"], "b": ["2"]}))
    ingested = apply_codebook(table, make_codebook(a="integer", b={"type": "integer", "kinds": KINDS}))
    assert ingested.missing.collect().columns == ["b"]
    assert ingested.missing.collect().schema["b"] == pl.Enum(
        ["not_applicable", "user_missing", "blanked", "dont_know", "refused"]
    )
    assert ingested.missing.collect().height == 1


def test_a_missing_date_code_is_a_date(make_codebook: Callable[..., Any], raw_of: Callable[..., RawTable]) -> None:
    table = raw_of(pl.DataFrame({"d": ["9999-12-31", "2021-03-05"]}).select(pl.col("d").str.to_date()))
    ingested = apply_codebook(table, make_codebook(d={"type": "date", "kinds": {"9999-12-31": "dont_know"}}))
    assert ingested.missing.collect()["d"].to_list() == ["dont_know", None]
    assert ingested.frame.collect()["d"].null_count() == 1


def test_the_raw_table_is_not_changed(make_codebook: Callable[..., Any], raw_of: Callable[..., RawTable]) -> None:
    before = pl.DataFrame({"q": ["97", "1"]})
    table = raw_of(before)
    apply_codebook(table, make_codebook(q={"type": "integer", "kinds": KINDS}))
    assert table.frame.equals(before)
