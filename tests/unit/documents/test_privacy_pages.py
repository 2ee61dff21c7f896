from __future__ import annotations

import re
from pathlib import Path

import yaml

from liandong.definitions.codebook import Field, FieldExtras

DOCS = Path(__file__).resolve().parents[3] / "docs"
PAGES = [(DOCS / name).read_text(encoding="utf-8") for name in ("privacy.md", "privacy.zh-CN.md")]


def test_both_pages_show_the_same_fields_and_they_are_valid() -> None:
    english, chinese = (re.findall(r"```yaml\n(.+?)```", page, flags=re.DOTALL) for page in PAGES)
    assert english == chinese
    fields = [Field.model_validate(field) for block in english for field in yaml.safe_load(block)]
    assert [(field.liandong.pii, field.liandong.linkage) for field in fields] == [
        (True, False),
        (False, False),
        (True, True),
    ]


def test_both_pages_name_the_keys_and_the_variable() -> None:
    for page in PAGES:
        named = set(re.findall(r"`([^`]+)`", re.sub(r"```.*?```", "", page, flags=re.DOTALL)))
        assert {"pii: true", "pii: false", "LIANDONG_KEY"} <= named
    assert {"pii", "linkage"} <= set(FieldExtras.model_fields)
