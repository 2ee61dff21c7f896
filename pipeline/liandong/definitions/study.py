"""The study: which data, which design, which analyses, which report."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import Field as Key
from pydantic import field_validator

from liandong.definitions.claims import Claim
from liandong.definitions.codebook import Codebook
from liandong.definitions.measures import Indicator, IndicatorFile, Scale
from liandong.definitions.text import Definition, ExpressionText, Language, Text

Identifier = str
DEFAULT_MINIMUM_CELL = 10


class Assignment(Definition):
    """How the treatment came about; it chooses the inference and the verbs of the report."""

    kind: Literal["observational", "randomised"]
    unit: str | None = None
    strata: str | None = None
    note: Text | None = None


class Sampling(Definition):
    """How respondents were found; `invited` counts the people asked, for the response rate."""

    frame: Text
    method: Text
    invited: int | None = Key(default=None, ge=1)
    period: Text | None = None


class Design(Definition):
    """The roles of columns in the sampling and assignment design."""

    cluster: str | None = None
    weight: str | None = None
    strata: str | None = None
    assignment: Assignment
    sampling: Sampling | None = None


class Derived(Definition):
    """A column computed from answers after validation, for use in models and subgroups."""

    name: Identifier
    title: Text
    expression: ExpressionText
    categories: tuple[tuple[str | int | float, Text], ...] = ()


class Step(Definition):
    """One step of a nested model: the controls that it adds to the step before."""

    name: str
    title: Text | None = None
    add: tuple[str, ...] = ()


class Effect(Definition):
    """One treatment on one or several outcomes, estimated in nested steps over one common sample.

    ``assignment`` says how this treatment came about where it differs from the design's.
    """

    id: Identifier
    title: Text
    note: Text | None = None
    assignment: Assignment | None = None
    role: Literal["primary", "secondary", "exploratory"]
    outcomes: tuple[str, ...] = Key(min_length=1)
    treatment: str
    absorb: tuple[str, ...] = Key(default=(), max_length=2)
    cluster: tuple[str, ...] = Key(min_length=1, max_length=1)
    steps: tuple[Step, ...] = Key(min_length=1)


class Analysis(Definition):
    """What is estimated, and by which subgroups indicators are shown."""

    derived: tuple[Derived, ...] = ()
    subgroups: tuple[str, ...] = ()
    effects: tuple[Effect, ...] = ()


class Report(Definition):
    """Languages, formats and the names on the cover."""

    languages: tuple[Language, ...] = ("zh", "en")
    formats: tuple[Literal["html", "pdf", "docx"], ...] = ("html", "pdf", "docx")
    unit: Text | None = None
    date: str | None = None
    programme: Text | None = None
    sources: tuple[str, ...] = ()

    @field_validator("date", mode="before")
    @classmethod
    def _iso_text(cls, value: Any) -> Any:
        return value.isoformat() if hasattr(value, "isoformat") else value


class Disclosure(Definition):
    """The smallest published cell; lowering it below the default of 10 needs a reason, which the report prints."""

    minimum_cell: int = Key(default=DEFAULT_MINIMUM_CELL, ge=1)
    reason: Text | None = None


class StudyFile(Definition):
    """The content of study.yaml."""

    id: Identifier = Key(pattern=r"^[a-z][a-z0-9_]*$")
    title: Text
    subtitle: Text | None = None
    simulated: bool = False
    notice: Text | None = None
    instrument: str | None = None
    data: dict[str, str] | None = None
    design: Design | None = None
    analysis: Analysis = Analysis()
    claims: str | tuple[Claim, ...] = ()
    disclosure: Disclosure = Disclosure()
    report: Report = Report()


@dataclass(frozen=True, slots=True)
class Instrument:
    """A folder of data_schema/, loaded: codebook, scales and indicators."""

    folder: Path
    codebook: Codebook
    scales: tuple[Scale, ...]
    indicators: IndicatorFile

    def scale(self, name: str) -> Scale | None:
        """Return the scale called `name`, or None."""
        return next((scale for scale in self.scales if scale.id == name), None)


@dataclass(frozen=True, slots=True)
class Study:
    """A study with everything it refers to loaded and checked.

    `sources` are all definition files read, for the manifest's hashes.
    """

    path: Path
    spec: StudyFile
    instrument: Instrument | None
    data: dict[str, Path]
    claims: tuple[Claim, ...]
    sources: tuple[Path, ...]

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
        if column in self.instrument.codebook.names:
            return self.instrument.codebook.field(column).label(lang)
        return column

    def category_labels(self, column: str, lang: Language) -> dict[Any, str]:
        """Return value → label of a field or derived column in `lang`, empty when it has no categories."""
        derived = self.derived(column)
        if derived is not None:
            return {value: title.in_language(lang) for value, title in derived.categories}
        if self.instrument is not None and column in self.instrument.codebook.names:
            return self.instrument.codebook.field(column).category_labels(lang)
        return {}
