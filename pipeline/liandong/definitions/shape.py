"""Shape checks: a raw mapping against its model, with every problem reported at its path."""

from __future__ import annotations

import difflib
import re
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from liandong.errors import Problem

ModelT = TypeVar("ModelT", bound=BaseModel)
Location = tuple[str | int, ...]

_BRANCHES: Mapping[str, str] = {"int": "a whole number", "float": "a number", "str": "text", "bool": "true or false"}
_QUOTE = "put it in quotes; YAML reads yes, no, 1.0 and 2020-01-01 as other things than text"
_SHOWN = 80
_LONGEST_NAME = 40


def nearest(name: object, valid: Iterable[str], *, cutoff: float = 0.6) -> str | None:
    """Return a hint with the valid name closest to `name`, or None when nothing is close."""
    match = difflib.get_close_matches(str(name), sorted(set(valid)), n=1, cutoff=cutoff)
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
        grouped: dict[Location, list[tuple[str | None, ErrorDetails]]] = {}
        for details in error.errors():
            location, branch = _without_branch(details, raw)
            grouped.setdefault(location, []).append((branch, details))
        return None, [_problem(model, location, found, file) for location, found in _relevant(grouped)]


def _without_branch(details: ErrorDetails, raw: Any) -> tuple[Location, str | None]:
    """Take the name of the alternative out of a location inside "text or a list of …", where pydantic puts it."""
    location = details["loc"]
    kept: list[str | int] = []
    branch = None
    node = raw
    for position, part in enumerate(location):
        absent = details["type"] == "missing" and position == len(location) - 1
        known = isinstance(node, dict) and (part in node or absent)
        if known or (isinstance(part, int) and isinstance(node, list | tuple)):
            node = _child(node, part)
            kept.append(part)
        elif isinstance(part, str):
            branch = part
    return tuple(kept), branch


def _child(node: Any, part: str | int) -> Any:
    try:
        return node[part]
    except (KeyError, IndexError):
        return None


def _relevant(
    grouped: Mapping[Location, list[tuple[str | None, ErrorDetails]]],
) -> Iterable[tuple[Location, list[tuple[str | None, ErrorDetails]]]]:
    """Drop "is not text" where a list or mapping was given and its own problems are reported."""
    for location, found in grouped.items():
        inside = any(other[: len(location)] == location and len(other) > len(location) for other in grouped)
        is_alternative = all(branch is not None for branch, _ in found)
        if not (inside and is_alternative):
            yield location, found


def _problem(
    model: type[BaseModel], location: Location, found: list[tuple[str | None, ErrorDetails]], file: str
) -> Problem:
    where = f"{file}: {path_text(location)}"
    details = found[0][1]
    if len(found) > 1 and all(branch is not None for branch, _ in found):
        expected = " or ".join(_BRANCHES.get(str(branch), "a list") for branch, _ in found)
        return Problem(where, f"expected {expected}{_got(details)}")
    explain = _EXPLANATIONS.get(details["type"])
    message, hint = explain(model, location, details) if explain else (_plain(details), None)
    return Problem(where, message, hint)


def _plain(details: ErrorDetails) -> str:
    message = details["msg"].removeprefix("Value error, ").removeprefix("Input ")
    shown = "" if details["type"] == "value_error" else _got(details)
    return message[:1].lower() + message[1:] + shown


def _got(details: ErrorDetails) -> str:
    value = details.get("input")
    if isinstance(value, dict | list | tuple):
        return "; got a mapping" if isinstance(value, dict) else "; got a list"
    shown = repr(value)
    return f"; got {shown if len(shown) <= _SHOWN else shown[: _SHOWN - 1] + '…'}"


Explanation = Callable[[type[BaseModel], Location, ErrorDetails], tuple[str, str | None]]


def _missing(_model: type[BaseModel], _location: Location, _details: ErrorDetails) -> tuple[str, str | None]:
    return "is required, but is not there", None


def _extra(model: type[BaseModel], location: Location, _details: ErrorDetails) -> tuple[str, str | None]:
    parent = _model_at(model, location[:-1])
    known = _keys(parent) if parent else []
    return "is not a key that is known here", nearest(location[-1], known) or f"known: {', '.join(known)}"


def _literal(_model: type[BaseModel], _location: Location, details: ErrorDetails) -> tuple[str, str | None]:
    expected = details.get("ctx", {}).get("expected", "")
    choices = [choice.strip(" '") for choice in expected.replace(" or ", ",").split(",")]
    value = details.get("input")
    return f"{value!r} is not one of {expected}", nearest(value, choices)


def _pattern(_model: type[BaseModel], _location: Location, details: ErrorDetails) -> tuple[str, str | None]:
    name = re.sub(r"[^a-z0-9]+", "_", str(details.get("input")).lower()).lstrip("_0123456789").rstrip("_")
    wanted = "expected small letters, digits and underscores, a letter first"
    return f"{wanted}{_got(details)}", f"for example {name!r}" if 0 < len(name) <= _LONGEST_NAME else None


def _text(_model: type[BaseModel], _location: Location, details: ErrorDetails) -> tuple[str, str | None]:
    is_scalar = details.get("input") is not None and not isinstance(details["input"], dict | list)
    return f"expected text{_got(details)}", _QUOTE if is_scalar else None


def _mapping(model: type[BaseModel], location: Location, details: ErrorDetails) -> tuple[str, str | None]:
    expected = _model_at(model, location)
    keys = f" with the keys {', '.join(_keys(expected))}" if expected else ""
    return f"expected a mapping{keys}{_got(details)}", None


def _dict(_model: type[BaseModel], _location: Location, details: ErrorDetails) -> tuple[str, str | None]:
    return f"expected a mapping{_got(details)}", None


def _list(_model: type[BaseModel], _location: Location, details: ErrorDetails) -> tuple[str, str | None]:
    return f"expected a list{_got(details)}", None


def _length(_model: type[BaseModel], _location: Location, details: ErrorDetails) -> tuple[str, str | None]:
    context = details.get("ctx", {})
    bound = "at least" if "min_length" in context else "at most"
    number = context.get("min_length", context.get("max_length"))
    return f"expected {bound} {number} entries; got {context.get('actual_length')}", None


_EXPLANATIONS: Mapping[str, Explanation] = {
    "missing": _missing,
    "extra_forbidden": _extra,
    "literal_error": _literal,
    "string_pattern_mismatch": _pattern,
    "string_type": _text,
    "model_type": _mapping,
    "model_attributes_type": _mapping,
    "dict_type": _dict,
    "tuple_type": _list,
    "too_short": _length,
    "too_long": _length,
}


def _keys(model: type[BaseModel]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]


def _model_at(model: type[BaseModel], location: Sequence[str | int]) -> type[BaseModel] | None:
    """Follow `location` through field annotations to the model that stands there."""
    current: Any = model
    for part in location:
        if isinstance(part, int):
            continue
        values = _values_of_mapping(current)
        if values is not None:
            current = values
            continue
        found = _inner_model(current)
        by_key = {field.alias or name: field for name, field in found.model_fields.items()} if found else {}
        if part not in by_key:
            return None
        current = by_key[part].annotation
    return _inner_model(current) if _values_of_mapping(current) is None else None


def _values_of_mapping(annotation: Any) -> Any:
    """Return what the entries of a mapping with free keys are, None where the annotation is no such mapping."""
    if typing.get_origin(annotation) is dict:
        return typing.get_args(annotation)[1]
    found = (_values_of_mapping(argument) for argument in typing.get_args(annotation))
    return next((values for values in found if values is not None), None)


def _inner_model(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    found = (_inner_model(argument) for argument in typing.get_args(annotation))
    return next((model for model in found if model is not None), None)
