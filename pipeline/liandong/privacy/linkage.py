"""Keyed hashes that link the records of two studies without telling whose they are."""

from __future__ import annotations

import hmac
from collections.abc import Collection, Mapping

import polars as pl

from liandong.definitions import Codebook
from liandong.definitions.linkage_key import KEY_VARIABLE
from liandong.errors import DefinitionError, Problem
from liandong.privacy.names import compact

_LEAST_BYTES = 16
_HEX_DIGITS = 32  # 128 bits
_PADDING = " \t\r\n\0\u3000\u00a0"


def linkage_key(codebooks: Collection[Codebook], environment: Mapping[str, str]) -> bytes | None:
    """Return the key of the hashes from the environment; None when no field of `codebooks` asks for one.

    Raises
    ------
    DefinitionError
        When a field has ``linkage`` and the environment has no key, or a short one.
    """
    fields = [field.name for codebook in codebooks for field in codebook.fields if field.liandong.linkage]
    if not fields:
        return None
    key = environment.get(KEY_VARIABLE, "").encode("utf-8", "surrogateescape")
    if len(key) >= _LEAST_BYTES:
        return key
    found = f"it has {len(key)} bytes" if key else "it is not set"
    raise DefinitionError(
        [
            Problem(
                KEY_VARIABLE,
                f"the linkage of {', '.join(fields)} needs a secret key of {_LEAST_BYTES} bytes or more in this "
                f"environment variable; {found}",
                'make one with `python -c "import secrets; print(secrets.token_hex(32))"`, keep it apart from the '
                "data, and use the same one for every study that is to be linked",
            )
        ],
        subject="the environment",
        zh=f"字段{'、'.join(fields)}需要关联密钥：请在环境变量 {KEY_VARIABLE} 中设置至少 {_LEAST_BYTES} 字节的密钥。",
    )


def keyed_hash(values: pl.Series, domain: str, key: bytes) -> pl.Series:
    """Return HMAC-SHA256 of each value as 32 hexadecimal digits (its first 128 bits); missing stays missing.

    Parameters
    ----------
    values
        Of any type. They are hashed as text, brought to one form: Unicode NFKC, without characters of no width,
        without blanks on both sides, between Chinese characters and between digits, capital letters; whole numbers
        without decimals, dates in ISO 8601. Nothing but blanks is missing.
    domain
        The name of the field: the same number in another field has another hash.
    key
        As :func:`linkage_key` returns it.

    Returns
    -------
    Series
        Of String, under the name of `values`.

    Notes
    -----
    The message is the domain, a zero byte and the text, in UTF-8 (RFC 2104, FIPS 180-4).
    """
    texts = _normalised(values)
    distinct = texts.drop_nulls().unique()
    hashes = [_hash(text, domain, key) for text in distinct]
    return texts.replace_strict(distinct, pl.Series(hashes, dtype=pl.String), default=None, return_dtype=pl.String)


def released(names: Collection[str], codebook: Codebook, key: bytes | None) -> list[pl.Expr]:
    """Return the columns that may be written of `names`: personal fields go, those with linkage become their hash.

    A field of a foreign key is hashed as the field that it points to: both tables have the same hash. The expressions
    work row by row, so that a file of any size streams through them.
    """
    personal = {field.name: field for field in codebook.fields if field.liandong.pii}
    columns: list[pl.Expr] = []
    for name in names:
        if name not in personal:
            columns.append(pl.col(name))
        elif personal[name].liandong.linkage and key is not None:
            columns.append(_hashing(name, _domain(name, codebook), key))
    return columns


def _domain(name: str, codebook: Codebook) -> str:
    """Return the field whose values `name` holds: the one that its foreign key points to, so that tables still join."""
    for foreign in codebook.foreign_keys:
        if foreign.reference.resource and name in foreign.columns:
            return foreign.referenced[foreign.columns.index(name)]
    return name


def _hashing(name: str, domain: str, key: bytes) -> pl.Expr:
    return pl.col(name).map_batches(
        lambda values: keyed_hash(values, domain, key), return_dtype=pl.String, is_elementwise=True
    )


def _normalised(values: pl.Series) -> pl.Series:
    if values.dtype.is_float():
        whole = values.cast(pl.Int64, strict=False)
        values = pl.select(
            pl.when(whole == values).then(whole.cast(pl.String)).otherwise(values.fill_nan(None).cast(pl.String))
        ).to_series().rename(values.name)  # fmt: skip
    texts = values.cast(pl.String).str.normalize("NFKC").str.strip_chars(_PADDING).str.to_uppercase()
    bare = compact(pl.col("text"))
    for _ in range(2):  # matches cannot overlap: every second gap is left by the first turn
        bare = bare.str.replace_all(r"([0-9])[\s\p{Z}]+([0-9])", "${1}${2}")
    texts = texts.rename("text").to_frame().select(bare).to_series().rename(values.name)
    return texts.str.strip_chars().replace("", None)


def _hash(text: str, domain: str, key: bytes) -> str:
    return hmac.new(key, f"{domain}\0{text}".encode(), "sha256").hexdigest()[:_HEX_DIGITS]
