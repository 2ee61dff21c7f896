"""Foreign keys that find nothing because the rows that they point to were rejected themselves.

Notes stand in the manifest, which may be published: they name rules and tables, and neither keys nor small counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl

from liandong.definitions import Codebook, ForeignKey
from liandong.definitions.links import RESPONSES
from liandong.evidence.typed_rows import TypedRows
from liandong.validate import Validated

_WHY, _PLACE = "\0why", "\0place"


def rejected_references(codebook: Codebook, table: TypedRows, validated: Mapping[str, Validated]) -> Iterator[str]:
    """Yield a note for each foreign key of `table`, as it was received, that points to rejected rows.

    A key that the other table lists, though only in rows that it rejects (because the key stands there twice, say),
    is found no more than one that nobody has written down; where to mend it is another matter.
    """
    for key in codebook.foreign_keys:
        other = validated.get(key.reference.resource)
        if other is None or not set(key.columns) <= set(table.schema):
            continue
        rules = _rules(key, table, other)
        if rules:
            name = key.reference.resource
            file = "rejected" if name == RESPONSES else f"{name}_rejected"
            yield (
                f"some rows have in {'+'.join(key.columns)} what {name} lists only in rows that were rejected "
                f"themselves ({', '.join(rules)}): mend those first, see restricted/{file}.parquet"
            )


def _rules(key: ForeignKey, table: TypedRows, other: Validated) -> list[str]:
    """Return the rules that rejected the rows which alone have a key that `table` uses.

    Both sides are compared as text, as keys of one kind may be stored in several types.
    """
    names = [f"{_PLACE}{i}" for i in range(len(key.columns))]
    there = [pl.col(name).cast(pl.String).alias(alias) for name, alias in zip(key.referenced, names, strict=True)]
    here = [pl.col(name).cast(pl.String).alias(alias) for name, alias in zip(key.columns, names, strict=True)]
    held = other.rejected.select(*there, pl.col("_rules").alias(_WHY)).drop_nulls(names)
    gone = held.join(other.accepted.select(there), on=names, how="anti").collect()
    if gone.is_empty():
        return []
    used = table.collect(table.rows.select(here).drop_nulls().unique())
    broken = gone.join(used, on=names, how="semi")[_WHY].str.split("; ").explode().unique()
    rejecting = other.rules.filter(pl.col("action") == "reject")["rule"]
    return sorted(broken.filter(broken.is_in(rejecting.implode())))
