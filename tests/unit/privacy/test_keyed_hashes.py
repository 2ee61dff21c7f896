from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from collections.abc import Sequence
from typing import Any

import polars as pl
import pytest

from liandong.definitions import Codebook
from liandong.errors import DefinitionError, ExitCode
from liandong.privacy import KEY_VARIABLE, keyed_hash, linkage_key, released

KEY = b"0123456789abcdef-of-a-test"


def _codebook(**linked: bool) -> Codebook:
    fields = [
        {
            "name": name,
            "title": name,
            "type": "string",
            "liandong": {"title_en": name, "pii": name != "answer", "linkage": links},
        }
        for name, links in linked.items()
    ]
    return Codebook.model_validate({"fields": fields, "liandong": {"title": {"zh": "题", "en": "Q"}, "version": "1"}})


def _hashed(values: Sequence[Any], domain: str = "id_card", key: bytes = KEY) -> list[str | None]:
    return keyed_hash(pl.Series(values), domain, key).to_list()


def test_a_hash_is_that_of_pythons_hmac() -> None:
    expected = hmac.new(KEY, b"id_card\x0042010619000101000X", hashlib.sha256).digest()[:16].hex()
    assert _hashed(["42010619000101000X"]) == [expected]


def test_one_value_written_in_several_ways_has_one_hash() -> None:
    forms = [
        "42010619000101000x",
        " 42010619000101000X\t",
        "４２０１０６１９０００１０１０００Ｘ",
        "\u300042010619000101000X",
    ]
    assert len(set(_hashed(forms))) == 1
    assert len(set(_hashed(["张伟明", "张　伟明", "张 伟\u00a0明", "张\u200b伟明 "]))) == 1
    assert len(set(_hashed(["13800000000", "138 0000 0000", "138\u00a00000\u30000000", "1380000\u200b0000"]))) == 1
    assert len(set(_hashed(["Wang Wei", "WangWei"]))) == 2
    assert _hashed([13800000000]) == _hashed([13800000000.0]) == _hashed(["13800000000"])
    assert _hashed([dt.date(2020, 1, 5)]) == _hashed(["2020-01-05"])


def test_missing_stays_missing_and_order_does_not_matter() -> None:
    values = ["a", None, "b", "", "  ", "a"]
    hashes = _hashed(values)
    assert [value is None for value in hashes] == [False, True, False, True, True, False]
    assert hashes[0] == hashes[5] != hashes[2]
    assert _hashed(values[::-1]) == hashes[::-1]
    assert _hashed([None, None]) == [None, None]


def test_another_key_or_another_field_gives_another_hash() -> None:
    assert _hashed(["a"]) != _hashed(["a"], key=KEY + b"!")
    assert _hashed(["a"]) != _hashed(["a"], domain="phone")


def test_personal_columns_are_dropped_or_hashed_also_in_a_stream() -> None:
    frame = pl.LazyFrame({"answer": ["x", "y"] * 500, "name": ["n", None] * 500, "id_card": ["1", "2"] * 500})
    codebook = _codebook(answer=False, name=False, id_card=True)
    columns = released(["answer", "name", "id_card"], codebook, KEY)
    for engine in ("in-memory", "streaming"):
        out = frame.select(columns).collect(engine=engine)
        assert out.columns == ["answer", "id_card"]
        assert out["id_card"].to_list() == _hashed(["1", "2"]) * 500


def test_no_key_is_asked_for_without_linkage() -> None:
    assert linkage_key([_codebook(name=False)], {}) is None


@pytest.mark.parametrize("key", [None, "", "short"])
def test_a_missing_or_short_key_is_one_error_that_tells_how_to_make_one(key: str | None) -> None:
    environment = {} if key is None else {KEY_VARIABLE: key}
    with pytest.raises(DefinitionError, match=r"LIANDONG_KEY(.|\n)*token_hex") as caught:
        linkage_key([_codebook(id_card=True)], environment)
    assert caught.value.exit_code == ExitCode.DEFINITIONS
    assert len(caught.value.problems) == 1
    if key:
        assert key not in str(caught.value)


def test_a_long_enough_key_is_taken_as_it_is() -> None:
    assert linkage_key([_codebook(id_card=True)], {KEY_VARIABLE: KEY.decode()}) == KEY


def test_a_foreign_key_has_the_hash_of_the_field_that_it_points_to() -> None:
    persons, visits = _codebook(id_card=True), _codebook(visitor=True)
    key = {"fields": "visitor", "reference": {"resource": "responses", "fields": "id_card"}}
    visits = Codebook.model_validate({**visits.model_dump(by_alias=True), "foreignKeys": [key]})
    rows = pl.DataFrame({"id_card": ["A1", "B2"], "visitor": ["A1", "B2"]})
    own = rows.select(released(["id_card"], persons, KEY))["id_card"]
    pointing = rows.select(released(["visitor"], visits, KEY))["visitor"]
    assert own.to_list() == pointing.to_list() == _hashed(["A1", "B2"])
