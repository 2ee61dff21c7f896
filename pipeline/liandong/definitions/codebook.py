"""The codebook: a Frictionless Table Schema (Data Package v2) whose survey-specific parts stand under ``liandong:``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic import Field as Key

from liandong.definitions.text import Definition, ExpressionText, Language, Text

FieldType = Literal["integer", "number", "string", "boolean", "date", "datetime", "time", "year"]
Action = Literal["reject", "blank", "warn"]
Role = Literal["id", "cluster", "stratum", "weight", "paradata", "item", "demographic", "question"]
Scalar = int | float | str | bool


class _Standard(BaseModel):
    """A part that follows the published standard: keys that we do not use are left to other tools."""

    model_config = ConfigDict(frozen=True, extra="allow", populate_by_name=True, allow_inf_nan=False)


class Category(_Standard):
    """A coded answer and its Chinese label."""

    value: Scalar
    label: str | None = None


class MissingValue(_Standard):
    """A code that stands for a missing answer, as it is written in the raw file.

    The standard allows the bare text, too. Its kind comes from ``missing_kinds``, whichever way it is written.
    """

    value: str
    label: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _bare(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {"value": value}
        if value is None or isinstance(value, bool | int | float):
            raise ValueError(
                f'expected text such as "-99", in quotes, or a mapping with value and label; got {value!r}'
            )
        return value


class Constraints(_Standard):
    """What values a field may take; a constraint not listed here is an error, because nobody would enforce it."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    required: bool = False
    unique: bool = False
    enum: tuple[Any, ...] | None = None
    minimum: Any = None
    maximum: Any = None
    exclusive_minimum: Any = Key(default=None, alias="exclusiveMinimum")
    exclusive_maximum: Any = Key(default=None, alias="exclusiveMaximum")
    pattern: str | None = None
    min_length: int | None = Key(default=None, alias="minLength")
    max_length: int | None = Key(default=None, alias="maxLength")


class OnFailure(Definition):
    """What a broken rule of this field does: reject the row, blank the value, or only count a warning.

    A text that cannot be read as the field's type has no place in a typed column, so no warning can keep it; a value
    that is missing cannot be blanked.
    """

    type: Literal["reject", "blank"] = "blank"
    required: Literal["reject", "warn"] = "warn"
    unique: Action = "reject"
    enum: Action = "blank"
    range: Action = "blank"
    pattern: Action = "blank"
    length: Action = "blank"
    skip: Action = "blank"
    foreign_key: Action = "reject"


class FieldExtras(Definition):
    """What surveys need and the standard lacks.

    ``asked_if`` is the skip logic: an answer where the condition is false breaks the ``skip`` rule, a missing answer
    where it is true breaks ``required`` when the field is required. ``missing_kinds`` maps raw missing codes to kinds.
    ``columns`` are the headers under which files hold the field when they do not use its name. ``pii`` marks personal
    data, which never leave the program; ``false`` is the decision that a field is none, whatever it looks like. Of a
    personal field with ``linkage``, a keyed hash takes the place of the value, so that records can still be matched.
    Where a file holds several answers in one cell, ``option`` is the one that this field says yes (1) or no (0) to.
    ``undecided`` names the keys of the field that were guessed from a data file and that nobody has confirmed yet.
    """

    title_en: str
    categories_en: tuple[Category, ...] | None = None
    missing_kinds: dict[str, str] = Key(default_factory=dict)
    role: Role = "question"
    columns: tuple[str, ...] = ()
    option: str | None = None
    pii: bool | None = None
    linkage: bool = False
    asked_if: ExpressionText | None = None
    nominal: bool | None = None
    on_failure: OnFailure = OnFailure()
    note: Text | None = None
    undecided: tuple[str, ...] = ()


class Field(_Standard):
    """One column of the survey file."""

    name: str
    title: str
    type: FieldType
    format: str | None = None
    constraints: Constraints = Constraints()
    categories: tuple[Category, ...] | None = None
    missing_values: tuple[MissingValue, ...] | None = Key(default=None, alias="missingValues")
    liandong: FieldExtras

    @property
    def is_nominal(self) -> bool:
        """Whether a regression has to expand the field into dummies: text, or categories declared nominal."""
        if self.liandong.nominal is not None:
            return self.liandong.nominal
        return self.type == "string"

    @property
    def allowed(self) -> tuple[Any, ...] | None:
        """The values that the field may take: its enum, or else its categories, which restrict it just as well."""
        if self.constraints.enum is not None:
            return self.constraints.enum
        return tuple(category.value for category in self.categories) if self.categories else None

    def label(self, lang: Language) -> str:
        """Return the field's title in `lang`."""
        return self.title if lang == "zh" else self.liandong.title_en

    def category_labels(self, lang: Language) -> dict[Any, str]:
        """Return value → label in `lang`, empty for a field without categories."""
        english = self.liandong.categories_en if lang == "en" else None
        return {category.value: category.label or str(category.value) for category in english or self.categories or ()}


class Reference(_Standard):
    """The table and columns that a foreign key points to."""

    resource: str = ""
    fields: tuple[str, ...] | str


class ForeignKey(_Standard):
    """Values of `fields` must occur in the referenced table."""

    fields: tuple[str, ...] | str
    reference: Reference

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of this table."""
        return (self.fields,) if isinstance(self.fields, str) else self.fields

    @property
    def referenced(self) -> tuple[str, ...]:
        """The columns of the referenced table."""
        fields = self.reference.fields
        return (fields,) if isinstance(fields, str) else fields


class Rule(Definition):
    """A named cross-field rule: `check` must not be false. Unknown (a missing answer) passes.

    With the action ``blank`` the values of `fields` are blanked where the rule is broken.
    """

    id: str
    title: Text
    check: ExpressionText
    action: Action
    fields: tuple[str, ...] = ()


class ResponseSet(Definition):
    """A question that takes several answers, held in one field per answer.

    With ``counted`` the fields say yes by that value (multiple dichotomies); without, each holds one of the answers
    (multiple categories). ``undecided`` is as in a field.
    """

    id: str
    title: Text
    fields: tuple[str, ...] = Key(min_length=2)
    counted: Scalar | None = None
    undecided: tuple[str, ...] = ()


class CodebookExtras(Definition):
    """Instrument-wide parts beyond the standard.

    ``tables`` names, for each second table, the Table Schema beside this one that describes it.
    """

    title: Text
    version: str
    source: Text | None = None
    rules: tuple[Rule, ...] = ()
    sets: tuple[ResponseSet, ...] = ()
    tables: dict[str, str] = Key(default_factory=dict)


class Codebook(_Standard):
    """All fields of an instrument, in the order of the questionnaire."""

    fields: tuple[Field, ...]
    missing_values: tuple[MissingValue, ...] = Key(default=(), alias="missingValues")
    primary_key: tuple[str, ...] | str = Key(default=(), alias="primaryKey")
    foreign_keys: tuple[ForeignKey, ...] = Key(default=(), alias="foreignKeys")
    liandong: CodebookExtras

    @property
    def names(self) -> tuple[str, ...]:
        """Field names in order."""
        return tuple(field.name for field in self.fields)

    @property
    def key(self) -> tuple[str, ...]:
        """The columns of the primary key, empty when there is none."""
        return (self.primary_key,) if isinstance(self.primary_key, str) else self.primary_key

    def field(self, name: str) -> Field:
        """Return the field called `name`; KeyError when the codebook has none."""
        for field in self.fields:
            if field.name == name:
                return field
        raise KeyError(name)

    def with_role(self, role: Role) -> Sequence[Field]:
        """Return the fields that play `role`."""
        return [field for field in self.fields if field.liandong.role == role]
