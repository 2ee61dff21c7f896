"""One file of SPSS, Stata or SAS as pyreadstat parses it, part by part, with its text made right; in the child only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pyreadstat._readstat_parser import PyreadstatError, ReadstatError, parser_entry_point

from liandong.ingest.chinese import is_garbled_chinese, look_chinese
from liandong.ingest.protocol import UnreadableError
from liandong.ingest.text import Decoder, decode, is_utf8

# The reader makes one Python object per cell; so many of them are held at a time.
_CELLS_AT_ONCE = 4_000_000
_BYTE_FOR_BYTE = "LATIN1"
_CHINESE = ("GB", "CP936", "ISO-IR-58", "EUC-CN")
_MULTIBYTE = (*_CHINESE, "UTF", "EUC", "BIG", "CP950", "SHIFT", "CP932", "CP949")
_SHORTEST_TELLING = 6  # bytes: two Chinese characters of UTF-8, which GB18030 gives by chance next to never

Columns = Mapping[str, list[Any]]
Recode = Callable[[str], str]


_NOT_UTF8 = b"\xff"


class MistakenError(ValueError):
    """Text that the encoding claimed by the file does not fit; the message says how that was seen.

    `garbled` says that it is valid UTF-8 all the same, by accident.
    """

    def __init__(self, message: str, *, garbled: bool = False) -> None:
        super().__init__(message)
        self.garbled = garbled


class Source:
    """A file, parsed part by part, with the encoding that turns out to be needed.

    Parameters
    ----------
    path, parser
        The file, and what pyreadstat calls its format.
    encoding
        As the user gives it; None to take what the file claims, as long as it fits.

    Attributes
    ----------
    rows_at_once
        Rows of one part.
    notes
        Why text was not read as the file claims.
    """

    def __init__(self, path: str, parser: str, encoding: str | None) -> None:
        self.path = path
        self.parser = parser
        self.rows_at_once = 0
        self.notes: list[str] = []
        self._given = encoding
        self._claimed: str | None = None
        self._decoder: Decoder | None = None
        self._known: dict[str, str] = {}

    @property
    def encoding(self) -> str | None:
        """What the text was read in so far."""
        if self._decoder is not None:
            return " and ".join(sorted(self._decoder.used)) or "ASCII"
        return self._given or self._claimed

    def first(self) -> tuple[Columns, Any]:
        """Return the first rows and the metadata.

        Raises
        ------
        MistakenError
            When the text does not fit the encoding that the file claims: then `read_bytes` is to be called.
        """
        if self.rows_at_once == 0:
            _, meta = self._parse(metadataonly=True)
            self.rows_at_once = max(1, _CELLS_AT_ONCE // max(1, len(meta.column_names)))
        return self.rows_from(0)

    def rows_from(self, first_row: int) -> tuple[Columns, Any]:
        """Return the rows from `first_row` on, and the metadata; MistakenError as in `first`."""
        columns, meta = self._parse(row_limit=self.rows_at_once, row_offset=first_row)
        if self._given is None and self._decoder is None:
            self._claimed = meta.file_encoding
            texts = [text for text in texts_of(columns, meta) if not text.isascii()]
            upper = (meta.file_encoding or "").upper()
            as_utf8 = upper.startswith("UTF") or (not upper and _as_western(texts) is None)
            garbled = as_utf8 and is_garbled_chinese(texts)
            if garbled or _is_mistaken(texts, upper):
                claim = meta.file_encoding or "a Western encoding"
                raise MistakenError(f"the file claims {claim}, its text differs", garbled=garbled)
        return columns, meta

    def read_bytes(self, why: MistakenError) -> None:
        """From now on, read bytes as Latin-1, which keeps every one of them, and decode them here."""
        self._given, self.rows_at_once = _BYTE_FOR_BYTE, 0
        columns, meta = self.first()
        sample = texts_of(columns, meta)
        raws = [text.encode("latin-1") for text in sample if not text.isascii()]
        self._decoder = Decoder([*raws, _NOT_UTF8] if why.garbled else raws)
        for text in sample:
            self.text(text)
        self.notes.append(f"Text was read as {self.encoding}: {why}.")

    def text(self, text: str) -> str:
        """Return what pyreadstat gave as the text that it stands for."""
        if self._decoder is None:
            return text
        if text not in self._known:
            self._known[text] = self._decoded(text.encode("latin-1"), self._decoder)
        return self._known[text]

    def bytes_as_text(self, raw: bytes) -> str:
        """Return bytes of the file as text, in the same way as all its other text."""
        if self._decoder is not None:
            return self._decoded(raw, self._decoder)
        try:
            return decode(raw, self._given or self.encoding or "utf-8")
        except (LookupError, UnicodeDecodeError):
            return self._decoded(raw, Decoder([raw]))

    @staticmethod
    def _decoded(raw: bytes, decoder: Decoder) -> str:
        try:
            return decoder(raw)
        except UnicodeDecodeError as error:
            raise UnreadableError(f"a text of the file is neither UTF-8 nor GB18030: bytes {raw[:40]!r}") from error

    def _parse(self, **options: Any) -> tuple[Columns, Any]:
        try:
            columns, meta = parser_entry_point(
                self.path,
                self.parser,
                encoding=self._given,
                user_missing=True,
                disable_datetime_conversion=True,
                output_format="dict",
                **options,
            )
        except (ReadstatError, PyreadstatError, UnicodeDecodeError, SystemError) as error:
            if self._given is None and _is_about_text(error):
                raise MistakenError("the encoding that the file claims does not fit its text") from error
            raise
        return columns, meta


def texts_of(columns: Columns, meta: Any) -> Iterable[str]:
    """Return every text of the file once."""
    found = {name for name in meta.column_names if name}
    found.update(label for label in meta.column_labels if label)
    found.update(part for part in (meta.file_label, *(meta.notes or ())) if part)
    for labels in meta.value_labels.values():
        found.update(labels.values())
        found.update(code for code in labels if isinstance(code, str))
    for ranges in meta.missing_ranges.values():
        found.update(bound for entry in ranges for bound in entry.values() if isinstance(bound, str))
    for name, values in columns.items():
        if meta.readstat_variable_types[name] == "string":
            found.update(value for value in set(values) if value)
    return found


def _is_about_text(error: Exception) -> bool:
    message = str(error).lower()
    return isinstance(error, UnicodeDecodeError) or any(
        word in message for word in ("convert", "encoding", "character set", "charset", "unicodedecodeerror")
    )


def _is_mistaken(texts: list[str], claim: str) -> bool:
    """Whether text is not in the encoding that the file claims, although that gives characters."""
    if not texts:
        return False
    if claim.startswith(_CHINESE):
        # Some programs leave parts of a Chinese file in UTF-8.
        return any(_is_chinese_utf8(text) for text in texts)
    if claim.startswith(_MULTIBYTE):
        return False
    raws = _as_western(texts)
    return raws is not None and (all(map(is_utf8, raws)) or look_chinese(raws))


def _is_chinese_utf8(text: str) -> bool:
    """Whether text read as GB18030 is rather UTF-8."""
    try:
        raw = text.encode("gb18030")
        inner = raw.decode("utf-8")
    except UnicodeError:
        return False
    return len(raw) >= _SHORTEST_TELLING and all("\u3000" <= character <= "\uffef" for character in inner.strip())


def _as_western(texts: list[str]) -> list[bytes] | None:
    for encoding in ("cp1252", "latin-1"):
        try:
            return [text.encode(encoding) for text in texts]
        except UnicodeEncodeError:
            continue
    return None
