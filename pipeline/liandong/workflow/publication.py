"""The tables of a run on their way to the bundle: none is written before all of them are under the disclosure rules."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import polars as pl

from liandong.definitions import Study
from liandong.disclose import Concentration, Nest, disclose, outline
from liandong.evidence import BundleWriter
from liandong.workflow.claims import claim_tables


@dataclass(slots=True)
class Publication:
    """Collects tables, and writes what may be published of them: one table can give away what another one hides.

    Attributes
    ----------
    study
        Whose rules apply.
    tables
        What was collected so far, by name; a later table takes the place of an earlier one.
    concentrated
        Means of amounts that rest on one or two people.
    nests
        Levels that hold whole clusters.
    """

    study: Study
    tables: dict[str, pl.DataFrame] = field(default_factory=dict)
    concentrated: list[Concentration] = field(default_factory=list)
    nests: tuple[Nest, ...] = ()

    def add(self, name: str, table: pl.DataFrame) -> None:
        """Take in a table of the bundle."""
        self.tables[name] = table

    def write(self, writer: BundleWriter) -> None:
        """Write every table as it may be published, the list of what was hidden, and the claims held against them."""
        rules = self.study.spec.disclosure
        known = replace(outline(self.study), nests=self.nests)
        disclosed = disclose(self.tables, rules, known, self.concentrated)
        published = {name: writer.table(name, table) for name, table in disclosed.items()}
        for name, table in claim_tables(self.study, published).items():
            writer.table(name, table)
