"""The encoding of a text file, found from its bytes; and files that are no text, whatever their name says."""

from __future__ import annotations

import codecs
from pathlib import Path

from liandong.errors import IngestError
from liandong.ingest.text import looks_big5, looks_chinese

_BLOCK = 4 * 1024 * 1024
_HEAD = 64 * 1024
_EVIDENCE = 256 * 1024  # bytes from the first line that is not UTF-8; they are looked at one by one
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins with the mark of UTF-16
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_OTHER_FILES = (
    (b"PK\x03\x04", "an Excel workbook or a ZIP archive", "If it is a workbook, name it .xlsx; else unpack it."),
    (b"\xd0\xcf\x11\xe0", "an Excel workbook of the old format", "Open it in Excel and save it as .xlsx."),
    (b"%PDF", "a PDF document", "Export the data themselves."),
    (b"\x1f\x8b", "a compressed file", "Unpack it."),
    (b"$FL", "an SPSS file", "Name it .sav."),
    (b"<stata_dta>", "a Stata file", "Name it .dta."),
)
_PAGE = (b"<html", b"<!doctype", b"<table", b"<?xml", b"<meta", b"<head")
_FIRST_THREE_BYTE_CHARACTER = "\u0800"
_PRINTED = {"\t", "\n", "\r"}
_SHARE_OF_CONTROLS = 0.001


def check_is_text(path: Path) -> None:
    """Raise an IngestError when the file is a workbook, a web page or another thing under the name of a text."""
    with path.open("rb") as file:
        start = file.read(_HEAD)
    for mark, what, hint in _OTHER_FILES:
        if start.startswith(mark):
            raise _not_text(path, what, hint)
    if start.removeprefix(codecs.BOM_UTF8).lstrip().lower().startswith(_PAGE):
        raise _not_text(path, "a web page or XML", "Open it in Excel and save it as .xlsx, or export it anew.")


def find_encoding(path: Path) -> str:
    """Return the encoding of a text: by its mark, else UTF-8, UTF-16, GB18030 or Big5 by what its bytes look like.

    Raises
    ------
    IngestError
        When it is none of them, or several at once.
    """
    with path.open("rb") as file:
        start = file.read(_HEAD)
    for mark, name in _MARKS:
        if start.startswith(mark):
            return name
    if b"\0" in start and (wide := _without_mark(start)):
        return wide
    broken = first_not_utf8(path)
    if broken is None:
        return "utf-8"
    content = path.read_bytes()
    # A pair of GBK bytes may spell a Latin letter in UTF-8 by accident, but hardly a Chinese character.
    if any(character >= _FIRST_THREE_BYTE_CHARACTER for character in content[:broken].decode("utf-8")):
        raise _mixed(path, content, broken)
    start_of_line = content.rfind(b"\n", 0, broken) + 1
    evidence = content[start_of_line : start_of_line + _EVIDENCE]
    if looks_chinese(evidence):
        return "gb18030"
    if looks_big5(evidence):
        return "cp950"
    raise _unknown(path, content, broken)


def first_not_utf8(path: Path) -> int | None:
    """Return the position of the first byte that is not UTF-8, None in a UTF-8 text."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    before = 0
    with path.open("rb") as file:
        while True:
            block = file.read(_BLOCK)
            pending = len(decoder.getstate()[0])
            try:
                decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                return before - pending + error.start
            if not block:
                return None
            before += len(block)


def _without_mark(start: bytes) -> str | None:
    """Return the UTF-16 without a mark that `start` is written in, None when it is not."""
    for name in ("utf-16-le", "utf-16-be"):
        try:
            text = start[: len(start) // 2 * 2].decode(name)
        except UnicodeDecodeError:
            continue
        odd = sum(not character.isprintable() and character not in _PRINTED for character in text)
        if odd <= _SHARE_OF_CONTROLS * len(text) and ("\n" in text or "\r" in text):
            return name
    return None


def _mixed(path: Path, content: bytes, broken: int) -> IngestError:
    line = content.count(b"\n", 0, broken) + 1
    return IngestError(
        f"the text is UTF-8 up to line {line:,}, where a byte is not: it is cut, or of several encodings",
        where=path.name,
        hint="Export it again; if it was put together from several files, save each as UTF-8 first.",
        zh=f"“{path.name}”从第 {line:,} 行起不是 UTF-8，文件不完整或混用了多种编码。",
    )


def _unknown(path: Path, content: bytes, broken: int) -> IngestError:
    line = content.count(b"\n", 0, broken) + 1
    return IngestError(
        f"the text is not UTF-8 (see line {line:,}), and read as GB18030 or Big5 it is not Chinese",
        where=path.name,
        hint="Save it as UTF-8, or name its `encoding` under `data` in study.yaml, such as gb18030, big5 or latin-1.",
        zh=f"无法识别“{path.name}”的文字编码（见第 {line:,} 行），请另存为 UTF-8，或在 study.yaml 中写明 encoding。",
    )


def _not_text(path: Path, what: str, hint: str) -> IngestError:
    return IngestError(
        f"a text table is expected, but the file is {what}",
        where=path.name,
        hint=hint,
        zh=f"“{path.name}”不是文本表格，请按原格式命名或另存。",
    )
