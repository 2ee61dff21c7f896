"""A file's value labels against the codebook's categories."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import polars as pl
import pytest

from liandong.errors import IngestError
from liandong.ingest import RawTable, apply_codebook

GENDER: Mapping[str, Any] = {
    "type": "integer",
    "categories": [{"value": 1, "label": "男"}, {"value": 2, "label": "女"}],
    "liandong": {
        "title_en": "Gender",
        "categories_en": [{"value": 1, "label": "Male"}, {"value": 2, "label": "Female"}],
    },
}
TRUST: Mapping[str, Any] = {
    "type": "string",
    "categories": [{"value": "h", "label": "很信任"}, {"value": "l", "label": "不信任"}],
}


@pytest.mark.parametrize(
    ("labels", "told"),
    [
        ({1.0: "女", 2.0: "男"}, "gender: '女' is the code 2 in the codebook, but 1 in the file"),
        ({1: "female", 2: "male"}, "gender: 'female' is the code 2 in the codebook, but 1 in the file"),
        ({2.0: " 男 "}, "gender: ' 男 ' is the code 1 in the codebook, but 2 in the file"),
    ],
)
def test_answers_are_not_read_as_their_opposite(
    labels: Mapping[float, str], told: str, make_codebook: Callable[..., Any], raw_of: Callable[..., RawTable]
) -> None:
    table = raw_of(pl.DataFrame({"gender": [1.0]}), value_labels={"gender": labels})
    with pytest.raises(IngestError) as caught:
        apply_codebook(table, make_codebook(gender=GENDER))
    assert told in str(caught.value)
    assert "gender" in caught.value.zh


def test_every_field_concerned_is_named(make_codebook: Callable[..., Any], raw_of: Callable[..., RawTable]) -> None:
    table = raw_of(
        pl.DataFrame({"gender": [1.0], "trust": ["h"]}),
        value_labels={"gender": {1.0: "女", 2.0: "男"}, "trust": {"h": "不信任", "l": "很信任"}},
    )
    with pytest.raises(IngestError, match=r"gender: .*; trust: '不信任' is the code 'l' in the codebook, but 'h'"):
        apply_codebook(table, make_codebook(gender=GENDER, trust=TRUST))


@pytest.mark.parametrize(
    "labels",
    [{1.0: "男性", 2.0: "女性"}, {1.0: "男", 2.0: "女", 9.0: "拒答"}, {1.0: "MALE", 2.0: "女"}, {3.0: "男"}, {}],
)
def test_other_words_and_other_codes_are_nobodys_harm(
    labels: Mapping[float, str], make_codebook: Callable[..., Any], raw_of: Callable[..., RawTable]
) -> None:
    table = raw_of(pl.DataFrame({"gender": [1.0]}), value_labels={"gender": labels})
    assert apply_codebook(table, make_codebook(gender=GENDER)).frame.lazy().collect()["gender"].to_list() == [1]
