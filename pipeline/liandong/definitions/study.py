"""The study: which data, which design, which analyses, which report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from pydantic import Field as Key
from pydantic import PositiveFloat, field_validator

from liandong.definitions.analysis import Analysis, Assignment, Derived, Identifier
from liandong.definitions.claims import Claim
from liandong.definitions.codebook import Codebook, Field
from liandong.definitions.disclosure import Disclosure
from liandong.definitions.house import House, Signature
from liandong.definitions.linked_names import parse_linked_name
from liandong.definitions.links import RESPONSES
from liandong.definitions.measures import Indicator, IndicatorFile, Scale
from liandong.definitions.quality import Quality
from liandong.definitions.sources import DataSource, SourceSpec
from liandong.definitions.text import Definition, Language, Text


class Sampling(Definition):
    """How respondents were found; `invited` counts the people asked, for the response rate."""

    frame: Text
    method: Text
    invited: int | None = Key(default=None, ge=1)
    period: Text | None = None


class Margin(Definition):
    """What is known of the population: the categories of one column with their targets, in the order of the file.

    Targets are shares that add up to 1, percents that add up to 100 (either within 0.5 % of the whole, for rounding),
    or counts of people: whole numbers, one of them over 100. They are scaled to add up to 1.
    """

    column: str
    targets: tuple[tuple[str | int | float, PositiveFloat], ...] = Key(min_length=2)


class Weighting(Definition):
    """Weights that bring the sample to known targets.

    ``raking`` meets several margins in turn; ``cells`` gives every category of one column the inverse of its share of
    the population that answered. ``source`` says where the targets come from. Weights over ``trim`` times their median
    are cut, if asked.
    """

    method: Literal["raking", "cells"]
    margins: tuple[Margin, ...] = Key(min_length=1)
    source: Text
    trim: float | None = Key(default=None, gt=1.0)


class Design(Definition):
    """The roles of columns in the sampling and assignment design.

    With ``weighting``, the weights that it makes (from ``weight`` as base, where there is one) are those of the study.
    """

    cluster: str | None = None
    weight: str | None = None
    strata: str | None = None
    assignment: Assignment
    sampling: Sampling | None = None
    weighting: Weighting | None = None


class Report(Definition):
    """Languages, formats, the names on the cover, the house style, who signs, and whether coefficients have stars."""

    languages: tuple[Language, ...] = ("zh", "en")
    formats: tuple[Literal["html", "pdf", "docx"], ...] = ("html", "pdf", "docx")
    unit: Text | None = None
    date: str | None = None
    number: str | None = Key(default=None, max_length=60)
    house: House = House()
    signatures: tuple[Signature, ...] = ()
    programme: Text | None = None
    sources: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    stars: bool = False

    @field_validator("date", mode="before")
    @classmethod
    def _iso_text(cls, value: Any) -> Any:
        return value.isoformat() if hasattr(value, "isoformat") else value


class StudyFile(Definition):
    """The content of study.yaml.

    ``corrections`` is a log of corrections by hand, applied when the data are read. ``undecided`` names the keys, as
    ``design.cluster``, that were guessed from a data file and that nobody has confirmed yet.
    """

    id: Identifier = Key(pattern=r"^[a-z][a-z0-9_]*$")
    title: Text
    subtitle: Text | None = None
    simulated: bool = False
    notice: Text | None = None
    instrument: str | None = None
    data: dict[str, SourceSpec] | None = None
    corrections: str | None = None
    quality: Quality = Quality()
    design: Design | None = None
    analysis: Analysis = Analysis()
    claims: str | tuple[Claim, ...] = ()
    disclosure: Disclosure = Disclosure()
    report: Report = Report()
    undecided: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Instrument:
    """A folder of data_schema/, loaded: codebook, scales and indicators, and the codebooks of second tables."""

    folder: Path
    codebook: Codebook
    scales: tuple[Scale, ...]
    indicators: IndicatorFile
    tables: Mapping[str, Codebook] = field(default_factory=dict)

    @property
    def schemas(self) -> dict[str, Codebook]:
        """The codebook of every table that has one, ``responses`` first."""
        return {RESPONSES: self.codebook, **self.tables}

    def field(self, column: str) -> Field | None:
        """Return the field called `column`, of a second table by its dotted name; None when there is none."""
        linked = parse_linked_name(column)
        table, name = (RESPONSES, column) if linked is None or linked.aggregate else (linked.table, linked.column)
        if column in self.codebook.names:
            return self.codebook.field(column)
        codebook = self.schemas.get(table)
        return None if codebook is None or name is None or name not in codebook.names else codebook.field(name)

    def scale(self, name: str) -> Scale | None:
        """Return the scale called `name`, or None."""
        return next((scale for scale in self.scales if scale.id == name), None)


@dataclass(frozen=True, slots=True)
class Study:
    """A study with everything it refers to loaded and checked.

    `sources` are all definition files read, for the manifest's hashes; `corrections` is the log of corrections, `logo`
    the picture at the head of its reports, and `pages` are report pages of its own.
    """

    path: Path
    spec: StudyFile
    instrument: Instrument | None
    data: dict[str, DataSource]
    claims: tuple[Claim, ...]
    sources: tuple[Path, ...]
    corrections: Path | None = None
    logo: Path | None = None
    pages: tuple[Path, ...] = ()

    @property
    def id(self) -> str:
        """The study's identifier, also the name of its folder under build/."""
        return self.spec.id

    @property
    def indicators(self) -> tuple[Indicator, ...]:
        """The indicators of the instrument, none without one."""
        return self.instrument.indicators.indicators if self.instrument else ()

    @property
    def scales(self) -> tuple[Scale, ...]:
        """The scales of the instrument, none without one."""
        return self.instrument.scales if self.instrument else ()

    def derived(self, name: str) -> Derived | None:
        """Return the derived column called `name`, or None."""
        return next((column for column in self.spec.analysis.derived if column.name == name), None)

    def label(self, column: str, lang: Language) -> str:
        """Return the title of a field, derived column or scale in `lang`, or the column's own name."""
        derived = self.derived(column)
        if derived is not None:
            return derived.title.in_language(lang)
        if self.instrument is None:
            return column
        scale = self.instrument.scale(column)
        if scale is not None:
            return scale.title.in_language(lang)
        field = self.instrument.field(column)
        return column if field is None else field.label(lang)

    def category_labels(self, column: str, lang: Language) -> dict[Any, str]:
        """Return value → label of a field or derived column in `lang`, empty when it has no categories."""
        derived = self.derived(column)
        if derived is not None:
            return {value: title.in_language(lang) for value, title in derived.categories}
        field = None if self.instrument is None else self.instrument.field(column)
        return {} if field is None else field.category_labels(lang)
