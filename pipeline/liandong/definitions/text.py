"""Text in two languages, and the pydantic base of every definition."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, WithJsonSchema

from liandong.definitions.expressions import Expression, ExpressionError, parse_expression

Language = Literal["zh", "en"]


class Definition(BaseModel):
    """A frozen piece of definitions that refuses keys it does not know."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=False, arbitrary_types_allowed=True, allow_inf_nan=False
    )


class Text(Definition):
    """The same words in Chinese and in English."""

    zh: str
    en: str

    def in_language(self, lang: Language) -> str:
        """Return the words in `lang`."""
        return self.zh if lang == "zh" else self.en


def _expression(value: Any) -> Any:
    if isinstance(value, Expression):
        return value
    if isinstance(value, bool | int | float):
        value = str(value)
    if not isinstance(value, str):
        raise ValueError(f'an expression is text, such as "age >= 18"; got {value!r}')  # noqa: TRY004 (pydantic collects ValueErrors)
    try:
        return parse_expression(value)
    except ExpressionError as error:
        raise ValueError(str(error)) from error


ExpressionText = Annotated[Expression, BeforeValidator(_expression), WithJsonSchema({"type": "string"})]
