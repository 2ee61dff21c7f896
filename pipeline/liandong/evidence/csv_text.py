"""CSV that a spreadsheet cannot take for a program: cells that would start a formula stand behind an apostrophe.

A spreadsheet computes a cell that begins with ``=``, ``+``, ``-`` or ``@`` (their full-width forms too), also behind
blanks, and a tab or a line break at the beginning hides one. Such a text is written with an apostrophe before it,
unless it is a plain number. So is a text of apostrophes followed by such a beginning, which makes the rule reversible:
reading takes one apostrophe away exactly where writing has put one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import polars as pl

_BLANK = r"[\s\p{Z}\p{Cf}\x00-\x1f]"
_FORMULA = rf"^'*(?:{_BLANK}*[=+\-@＝＋－＠]|[\t\r\n])"
_NUMBER = r"^'*[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$"


def write_csv(frame: pl.DataFrame, path: Path) -> None:
    """Write `frame` as UTF-8 CSV (RFC 4180): texts and headers that would be formulas are escaped, NULs left out.

    Empty texts and nulls are both written as nothing, without quotes, which reads the same in every program.
    """
    texts = pl.col(pl.String).str.replace_all("\0", "", literal=True)
    table = frame.with_columns(escaped(texts).replace("", None))
    table.rename(dict(zip(frame.columns, _headers(frame.columns), strict=True))).write_csv(path)


def read_csv(path: Path, schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """Read a file of :func:`write_csv` whose columns are `schema`; empty texts come back as empty texts."""
    headers = _headers(schema)
    table = pl.read_csv(path, schema=dict(zip(headers, schema.values(), strict=True)))
    return table.rename(dict(zip(headers, schema, strict=True))).with_columns(
        unescaped(pl.col(pl.String)).fill_null("")
    )


def escaped(text: pl.Expr) -> pl.Expr:
    """Return texts with an apostrophe before those that a spreadsheet would compute; numbers stay."""
    return pl.when(~_is_formula(text)).then(text).otherwise(pl.lit("'") + text)


def unescaped(text: pl.Expr) -> pl.Expr:
    """Return the texts that :func:`escaped` was given."""
    marked = text.str.starts_with("'") & _is_formula(text)
    return pl.when(~marked).then(text).otherwise(text.str.slice(1))


def _headers(names: Iterable[str]) -> list[str]:
    series = pl.Series("name", list(names), dtype=pl.String).str.replace_all("[\0\ufeff]", "")
    return series.to_frame().select(escaped(pl.col("name"))).to_series().to_list()


def _is_formula(text: pl.Expr) -> pl.Expr:
    return text.str.contains(_FORMULA) & ~text.str.contains(_NUMBER)
