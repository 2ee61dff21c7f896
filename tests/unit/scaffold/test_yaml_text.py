"""What is written as YAML is read back as it was, whatever it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from liandong.definitions.yaml_file import read_yaml
from liandong.scaffold.yaml_text import comments, entry, flow, scalar

_WORDS = "yes|No|null|~|1e3|1_000|0x1F|010|12:30:45|2021-02-30|:|#|- |a: b|a #b|'|\"|{a}|[a]|&a|*a|!a|%a|@a|`a|="
SPECIAL = [
    "<<",
    "on",
    "是：否",
    *_WORDS.split("|"),
    "a\nb",
    "\t",
    "",
    " x ",
    "😀",
    "\u2028",
    "\x85",
    "\ufeff",
    "|",
    ">",
]
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
VALUES = st.one_of(TEXTS, st.integers(), st.booleans(), st.floats(allow_nan=False, allow_infinity=False))


@pytest.mark.parametrize("text", SPECIAL)
def test_words_that_yaml_would_take_for_something_else_stay_words(text: str) -> None:
    assert yaml.safe_load(scalar(text)) == text
    assert yaml.safe_load(flow({"a": [text, {text: text}]})) == {"a": [text, {text: text}]}


@given(VALUES)
def test_any_value_is_read_back(value: Any) -> None:
    assert yaml.safe_load(scalar(value)) == value


@given(st.lists(st.dictionaries(TEXTS, VALUES, max_size=4), max_size=6), TEXTS)
def test_any_entry_is_read_back_short_or_long(value: list[dict[str, Any]], comment: str) -> None:
    text = "\n".join(["top:", *comments([comment], 2), *entry("key", value, 2, comment), "  last: 1"])
    assert yaml.safe_load(text) == {"top": {"key": value, "last": 1}}


def test_a_long_list_of_words_is_wrapped(tmp_path: Path) -> None:
    names = [f"field_{number}" for number in range(60)]
    lines = entry("fields", names, 2, "guess")
    assert max(map(len, lines)) <= 120
    (tmp_path / "a.yaml").write_text("\n".join(["top:", *lines]), encoding="utf-8")
    assert read_yaml(tmp_path / "a.yaml") == ({"top": {"fields": names}}, [])
