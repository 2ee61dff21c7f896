"""What the page of field supervision reads: the bundle's facts, and the tables that name rows and people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from liandong.definitions import Language
from liandong.evidence import RESTRICTED_TABLES, Bundle
from liandong.present.facts import Facts, Row, read_facts


@dataclass(frozen=True, slots=True)
class Supervised:
    """The facts of a bundle, and the rows of its restricted tables.

    Attributes
    ----------
    facts
        Labels, manifest and public tables.
    records
        Restricted table → rows.
    """

    facts: Facts
    records: Mapping[str, list[Row]]

    @property
    def lang(self) -> Language:
        """The page's language."""
        return self.facts.lang

    def rows(self, table: str, /, **key: Any) -> list[Row]:
        """Return the rows of a restricted table that agree with `key`, in their order."""
        return [row for row in self.records[table] if all(row[name] == value for name, value in key.items())]

    def check(self, name: str) -> Row:
        """Return the row of a check in the public table of checks; KeyError for one that there is not."""
        for row in self.facts.rows("checks"):
            if row["check"] == name:
                return row
        raise KeyError(name)

    def check_title(self, name: str) -> str:
        """Return the title of a check in the page's language."""
        return str(self.check(name)[f"title_{self.lang}"])

    def field_titles(self, names: str) -> str:
        """Return the titles of fields given by name, joined by "; " on both sides."""
        return "; ".join(self.facts.title(name) for name in names.split("; ") if name)


def read_supervised(bundle: Bundle, lang: Language) -> Supervised:
    """Return what the page of field supervision reads of `bundle`; RenderError as :func:`read_facts`."""
    records = {name: bundle.restricted_table(name).rows(named=True) for name in RESTRICTED_TABLES}
    return Supervised(read_facts(bundle, lang), records)
