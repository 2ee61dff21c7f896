"""Files made by hand for the tests of ingest, and a place for the real awkward ones."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from liandong.definitions import Codebook
from liandong.ingest import RawTable
from liandong.ingest.raw import NO_TAGS

MakeCodebook = Callable[..., Codebook]

AWKWARD = Path(__file__).resolve().parents[4] / "shared" / "data" / "awkward"


@pytest.fixture(scope="session")
def awkward() -> Path:
    if not (AWKWARD / "expected.json").is_file():
        pytest.skip("the folder of awkward files, ../shared/data/awkward, is not here")
    return AWKWARD


@pytest.fixture
def make_codebook() -> MakeCodebook:
    """Make a codebook from name=type or name={key: value}; `codes` gives missing codes for the whole of it."""

    def make(codes: Sequence[str] = (), **fields: str | Mapping[str, Any]) -> Codebook:
        return Codebook.model_validate(
            {
                "fields": [_field(name, spec) for name, spec in fields.items()],
                "missingValues": [{"value": code} for code in ("", *codes)],
                "liandong": {"title": {"zh": "测试", "en": "Test"}, "version": "1"},
            }
        )

    return make


def _field(name: str, spec: str | Mapping[str, Any]) -> dict[str, Any]:
    given: dict[str, Any] = {"type": spec} if isinstance(spec, str) else dict(spec)
    kinds: Mapping[str, str] = given.pop("kinds", {})
    if kinds:
        given["missingValues"] = [{"value": ""}, *({"value": code} for code in kinds)]
    return {"name": name, "title": "题", "liandong": {"title_en": "Q", "missing_kinds": kinds}, **given}


@pytest.fixture
def raw_of() -> Callable[..., RawTable]:
    """Make a raw table from columns, as if a file had been read."""

    def make(columns: pl.DataFrame, **other: Any) -> RawTable:
        defaults: dict[str, Any] = {
            "labels": {},
            "value_labels": {},
            "user_missing": {},
            "tags": NO_TAGS,
            "formats": {},
            "temporal": {},
        }
        return RawTable(
            path=Path("made.csv"),
            format="csv",
            sha256="",
            encoding="UTF-8",
            data=columns.lazy(),
            schema=columns.schema,
            row_count=columns.height,
            **(defaults | other),
        )

    return make


_HAN = re.compile(rb"(?:[\xe3-\xef][\x80-\xbf]{2})+")


@pytest.fixture
def as_gbk() -> Callable[..., bytes]:
    return _as_gbk


def _as_gbk(content: bytes, claim: bytes | None = None) -> bytes:
    """Turn the Chinese of a UTF-8 .sav into GBK of the same length, while the file goes on claiming UTF-8.

    With `claim`, of five letters, the file claims that encoding instead. The record of long names has to be cut to
    size, because padding in it would be taken for a part of a name.
    """
    start = content.find(struct.pack("<3i", 7, 13, 1))
    length = struct.unpack_from("<i", content, start + 12)[0]
    names = _HAN.sub(lambda found: _gbk(found.group()), content[start + 16 : start + 16 + length])
    record = struct.pack("<4i", 7, 13, 1, len(names)) + names
    before, after = content[:start], content[start + 16 + length :]
    recoded = _HAN.sub(_padded_gbk, before) + record + _HAN.sub(_padded_gbk, after)
    return recoded if claim is None else recoded.replace(b"UTF-8", claim)


def _gbk(utf8: bytes) -> bytes:
    return utf8.decode("utf-8").encode("gbk")


def _padded_gbk(found: re.Match[bytes]) -> bytes:
    return _gbk(found.group()).ljust(len(found.group()))
