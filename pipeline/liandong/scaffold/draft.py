"""A draft of a study and its instrument: what the writers turn into YAML, whichever file it was taken from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from liandong.definitions import FieldType
from liandong.definitions.codebook import Role

Code = int | float | str | bool


@dataclass(frozen=True, slots=True)
class DraftText:
    """Words in Chinese and English; one that is empty is not known, and the other stands in for it."""

    zh: str = ""
    en: str = ""


@dataclass(frozen=True, slots=True)
class DraftCategory:
    """A coded answer."""

    value: Code
    label: DraftText


@dataclass(frozen=True, slots=True)
class DraftMissing:
    """A code that stands for a missing answer, as it is written in the file, and its kind."""

    code: str
    kind: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class DraftField:
    """One column.

    Attributes
    ----------
    name
        A valid name, unique in its table.
    title
        In both languages; see :class:`DraftText` for one that is not known.
    option
        Of a question whose answers stand together in one cell: the answer that this field says yes or no to.
    columns
        Headers under which files hold the field, when they do not use its name.
    enum
        The values it may take; without it, categories restrict it just as well.
    is_ordered
        Whether the categories have an order; None when nobody knows.
    constraints
        Further constraints of the standard, by their YAML names.
    standard
        Further keys of the standard (format, bareNumber, trueValues …), by their YAML names.
    asked_if, on_failure, role, pii, linkage, nominal, note
        As in the codebook.
    undecided
        YAML names of the keys that are guesses: title, title_en, type, categories, categories_en, missing_kinds, role,
        pii, minimum …
    remarks
        Comments that stand above the field: what was seen, why something was guessed.
    heading
        A comment that opens a part of the questionnaire with this field.
    """

    name: str
    title: DraftText
    type: FieldType
    columns: tuple[str, ...] = ()
    option: str = ""
    categories: tuple[DraftCategory, ...] = ()
    enum: tuple[Code, ...] = ()
    is_ordered: bool | None = None
    constraints: Mapping[str, Any] = field(default_factory=dict)
    standard: Mapping[str, Any] = field(default_factory=dict)
    missing: tuple[DraftMissing, ...] = ()
    role: Role = "question"
    pii: bool | None = None
    linkage: bool = False
    asked_if: str = ""
    nominal: bool | None = None
    on_failure: Mapping[str, str] = field(default_factory=dict)
    note: DraftText | None = None
    undecided: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    heading: str = ""


@dataclass(frozen=True, slots=True)
class DraftSet:
    """A question that takes several answers, one field each."""

    id: str
    title: DraftText
    fields: tuple[str, ...]
    counted: Code | None
    undecided: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DraftRule:
    """A rule between fields."""

    id: str
    title: DraftText
    check: str
    action: str
    fields: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DraftScale:
    """A block of questions with the same answers, which may be a scale; `reversed` are items that run the other way."""

    id: str
    title: DraftText
    items: tuple[str, ...]
    range: tuple[float, float]
    reversed: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DraftReading:
    """How files are to be read, where they do not say so themselves; the catalogue stands below the study's folder."""

    sheet: str | None = None
    encoding: str | None = None
    catalogue: str | None = None


@dataclass(frozen=True, slots=True)
class DraftTable:
    """A second table, such as the repeats of a form: its rows point to the responses by `foreign_key`.

    Attributes
    ----------
    resource
        Its name under ``data`` in study.yaml and in foreign keys.
    files, reading
        Its data files below the study's folder, none as long as there are none; and how they are to be read.
    foreign_key
        Columns of this table → columns of the table `parent` (empty: the responses).
    """

    resource: str
    title: DraftText
    fields: tuple[DraftField, ...]
    files: tuple[str, ...] = ()
    reading: DraftReading = DraftReading()
    primary_key: tuple[str, ...] = ()
    foreign_key: Mapping[str, str] = field(default_factory=dict)
    parent: str = ""
    sets: tuple[DraftSet, ...] = ()
    rules: tuple[DraftRule, ...] = ()


@dataclass(frozen=True, slots=True)
class DraftOrigin:
    """The field that says which file a row is from, and its value for each file."""

    field: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DraftDesign:
    """Guesses for ``design`` and ``quality`` of study.yaml; None where there is none."""

    cluster: str | None = None
    weight: str | None = None
    strata: str | None = None
    quality: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Draft:
    """A study and its instrument.

    Attributes
    ----------
    id
        Small letters, digits, underscores, a letter first.
    title
        Of the study and the instrument.
    source
        Where the draft was taken from, for ``source`` of the codebook and the citations.
    files, reading
        Data files, relative to the study's folder, none when there are no data yet; and how they are to be read.
    primary_key
        Names of fields.
    undecided
        Keys of study.yaml that are guesses.
    remarks
        What the head of the codebook says: how the file was read, what differs between files.
    """

    id: str
    title: DraftText
    source: str
    fields: tuple[DraftField, ...]
    files: tuple[str, ...] = ()
    origin: DraftOrigin | None = None
    primary_key: tuple[str, ...] = ()
    sets: tuple[DraftSet, ...] = ()
    rules: tuple[DraftRule, ...] = ()
    scales: tuple[DraftScale, ...] = ()
    tables: tuple[DraftTable, ...] = ()
    design: DraftDesign = DraftDesign()
    version: str = "0.1"
    reading: DraftReading = DraftReading()
    undecided: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()

    def field(self, name: str) -> DraftField:
        """Return the field called `name`; KeyError when there is none."""
        for one in self.fields:
            if one.name == name:
                return one
        raise KeyError(name)
