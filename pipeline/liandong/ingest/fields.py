"""What becomes of one field: four steps from the raw column to typed values, kinds of missing and unreadable cells."""

from __future__ import annotations

from dataclasses import dataclass, replace

import polars as pl

from liandong.definitions import Field
from liandong.ingest.columns import PADDING, Stored, as_text, is_filled, prepared_text
from liandong.ingest.missing import MissingCodes, kind_of_missing, tag_column
from liandong.ingest.typed import TYPES, as_field
from liandong.ingest.worded import chosen_alone, codes_of_words, option_within

# Columns in the making; no file can have such names, for no name starts with the character zero.
_TEXT, KIND, VALUE, UNREAD = "\0text:", "\0kind:", "\0value:", "\0unread:"


@dataclass(frozen=True, slots=True)
class FieldColumn:
    """A field of the codebook, the raw column that fills it, and its missing codes.

    `options` are all that any field looks for in the cells of the column.

    Its expressions build on each other: `prepared`, then `kind`, then `value`, then `unread`. Each step is a column
    of its own, because one nested expression per field would be planned for seconds.
    """

    field: Field
    source: Stored
    codes: MissingCodes
    kinds: pl.Enum
    is_ascii: bool
    options: tuple[str, ...] = ()

    @property
    def column(self) -> Stored:
        """The column that is read: the raw one, or its prepared text."""
        return replace(self.source, name=_TEXT + self.field.name) if self.source.is_text else self.source

    @property
    def prepared(self) -> pl.Expr:
        """The text of a raw text column, as the field wants it; labels of the codebook have become their codes."""
        text = prepared_text(self.source, self.field, is_ascii=self.is_ascii)
        cells = self.source.value.str.strip_chars(PADDING)
        option = option_within(self.field, self.source.name)
        return codes_of_words(cells, text, self.field, option, self.options).alias(_TEXT + self.field.name)

    @property
    def kind(self) -> pl.Expr:
        """The kind of missing of each cell, null for all others."""
        tagged = tag_column(self.source.name)
        return kind_of_missing(self.column, self.codes, self.field, self.kinds, tagged).alias(KIND + self.field.name)

    @property
    def value(self) -> pl.Expr:
        """The cells in the field's type, null where they are missing or unreadable."""
        value = as_field(self.column, self.field) if self.source.is_text else self._of_stored_value()
        if self.codes.any:
            value = pl.when(pl.col(KIND + self.field.name).is_null()).then(value)
        return value.alias(VALUE + self.field.name)

    def _of_stored_value(self) -> pl.Expr:
        option = option_within(self.field, self.source.name)
        if option is None:
            return as_field(self.source, self.field)
        # In a workbook, cells with one answer each may be numbers.
        answer = as_text(self.source)
        return chosen_alone(answer, option, self.options or (option,)).cast(TYPES[self.field.type], strict=False)

    @property
    def unread(self) -> pl.Expr:
        """The text of each cell that holds something which is neither a missing code nor readable, null elsewhere."""
        problem = is_filled(self.column).fill_null(value=False) & pl.col(VALUE + self.field.name).is_null()
        if self.codes.any:
            problem &= pl.col(KIND + self.field.name).is_null()
        return pl.when(problem).then(as_text(self.source)).alias(UNREAD + self.field.name)

    @property
    def can_fail(self) -> bool:
        """Whether any cell could be unreadable: a text field takes everything, a number may be infinite."""
        as_stored = self.source.dtype == TYPES[self.field.type] and not self.source.dtype.is_float()
        widened = self.field.type == "integer" and self.source.dtype.is_integer() and self.source.dtype != pl.UInt64
        is_whole = (as_stored or widened) and not self.options
        return self.field.type != "string" and not is_whole
