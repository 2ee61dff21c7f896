"""Shape checks: a raw mapping against its model, with every problem reported at its path."""

from __future__ import annotations

import difflib
import typing
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from liandong.errors import Problem

ModelT = TypeVar("ModelT", bound=BaseModel)


def nearest(name: object, valid: Iterable[str]) -> str | None:
    """Return a hint with the valid name closest to `name`, or None when nothing is close."""
    match = difflib.get_close_matches(str(name), sorted(set(valid)), n=1, cutoff=0.6)
    return f"did you mean {match[0]!r}?" if match else None


def path_text(location: Sequence[str | int]) -> str:
    """Return ``("a", 0, "b")`` as ``a[0].b``."""
    text = ""
    for part in location:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text or "(top level)"


def check_shape(model: type[ModelT], raw: Any, file: str) -> tuple[ModelT | None, list[Problem]]:
    """Return the validated model, or None with all the problems of its shape, each prefixed with `file`."""
    try:
        return model.model_validate(raw), []
    except ValidationError as error:
        return None, [_problem(model, details, file) for details in error.errors()]


def _problem(model: type[BaseModel], details: ErrorDetails, file: str) -> Problem:
    location = details["loc"]
    where = f"{file}: {path_text(location)}"
    kind = details["type"]
    if kind == "missing":
        return Problem(where, "is required, but is not there")
    if kind == "extra_forbidden":
        parent = _model_at(model, location[:-1])
        known = [field.alias or name for name, field in parent.model_fields.items()] if parent else []
        return Problem(
            where, "is not a key that is known here", nearest(location[-1], known) or f"known: {', '.join(known)}"
        )
    message = details["msg"].removeprefix("Value error, ")
    value = details.get("input")
    if kind == "literal_error":
        expected = details.get("ctx", {}).get("expected", "")
        choices = [choice.strip(" '") for choice in expected.replace(" or ", ",").split(",")]
        return Problem(where, f"{value!r} is not one of {expected}", nearest(value, choices))
    shown = "" if isinstance(value, dict | list) else f"; got {value!r}"
    return Problem(where, message[:1].lower() + message[1:] + (shown if kind != "value_error" else ""))


def _model_at(model: type[BaseModel], location: Sequence[str | int]) -> type[BaseModel] | None:
    """Follow `location` through field annotations to the model that stands there."""
    current: Any = model
    for part in location:
        if isinstance(part, int) or not (isinstance(current, type) and issubclass(current, BaseModel)):
            continue
        by_key = {field.alias or name: field for name, field in current.model_fields.items()}
        if part not in by_key:
            return None
        current = _inner_model(by_key[part].annotation)
    return current if isinstance(current, type) and issubclass(current, BaseModel) else None


def _inner_model(annotation: Any) -> Any:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in typing.get_args(annotation):
        found = _inner_model(argument)
        if found is not None:
            return found
    return None
