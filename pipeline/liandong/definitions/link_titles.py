"""Values of other tables in words, for people: 「户数」 of the table of communities, the sum of hours in a log."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from liandong.definitions.codebook import Codebook
from liandong.definitions.linked_names import Aggregate
from liandong.definitions.links import Link, Schemas
from liandong.definitions.text import Text


@dataclass(frozen=True, slots=True)
class Lent:
    """A column that another table lends, and what people call it."""

    link: Link
    title: Text


NOTHING_LENT: Mapping[str, Lent] = MappingProxyType({})


def lent(links: Iterable[Link], schemas: Schemas) -> dict[str, Lent]:
    """Return `links` by their columns, with titles from the codebooks of their tables."""
    return {link.column: Lent(link, link_title(link, schemas[link.name.table])) for link in links}


_COLUMN: Mapping[Aggregate | None, tuple[str, str]] = {
    None: ("{table}的「{field}」", "“{field}” of {table}"),
    "count": ("{table}中「{field}」有值的条数", "the number of entries of {table} with “{field}”"),
    "sum": ("{table}中「{field}」的合计", "the sum of “{field}” in {table}"),
    "mean": ("{table}中「{field}」的平均值", "the mean of “{field}” in {table}"),
    "min": ("{table}中「{field}」的最小值", "the smallest “{field}” in {table}"),
    "max": ("{table}中「{field}」的最大值", "the largest “{field}” in {table}"),
}
_ROWS = ("{table}的条数", "the number of entries of {table}")


def link_title(link: Link, table: Codebook) -> Text:
    """Return the words for `link`, with the titles of the `table` that lends it."""
    zh, en = _ROWS if link.field is None else _COLUMN[link.name.aggregate]
    titles = table.liandong.title
    field = link.field
    return Text(
        zh=zh.format(table=titles.zh, field="" if field is None else field.label("zh")),
        en=en.format(table=titles.en, field="" if field is None else field.label("en")),
    )
