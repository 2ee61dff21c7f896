"""What a codebook can have wrong beyond its shape: unknown names, values of another type, rules that cannot be kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl
from pydantic import BaseModel, ValidationError

from liandong.definitions.codebook import Codebook, Field, Rule
from liandong.definitions.expression_types import Kind, field_kinds
from liandong.definitions.shape import nearest
from liandong.definitions.values import ORDERED_TYPES, typed_value
from liandong.definitions.vocabulary import Use, at, check_expression, items, repeated_names, unknown_names
from liandong.errors import Problem

RESERVED = frozenset({"_row", "_rules", "_unreadable"})
RESERVED_RULES = frozenset({"dropped_by_hand"})
_BOUNDS = ("minimum", "maximum", "exclusive_minimum", "exclusive_maximum")
_CLOSE = 0.8


def check_codebook(
    codebook: Codebook,
    file: str,
    kinds: Mapping[str, Kind | None] | None = None,
    linked: Mapping[str, Kind | None] | None = None,
) -> list[Problem]:
    """Return the problems inside a codebook.

    Parameters
    ----------
    codebook
        A codebook whose shape is right, or made right by :func:`with_stand_ins`.
    file
        The name under which problems are reported.
    kinds
        The kind of value of each field, where it is not simply that of the codebook.
    linked
        What expressions may read of other tables, with its kind.
    """
    kinds = {**(field_kinds(codebook) if kinds is None else kinds), **(linked or {})}
    problems = repeated_names(f"{file}: fields", codebook.names)
    problems += repeated_names(f"{file}: liandong.rules", [rule.id for rule in codebook.liandong.rules])
    problems += _misspelt(codebook, file)
    for index, field in enumerate(codebook.fields):
        where = f"{file}: fields[{index}] ({field.name})"
        problems += _field(field, where, kinds)
        problems += _missing_codes(field, where, codebook)
    problems += _keys(codebook, file)
    for index, rule in enumerate(codebook.liandong.rules):
        problems += _rule(rule, f"{file}: liandong.rules[{index}] ({rule.id})", codebook, kinds)
    return problems


def with_stand_ins(raw: Any) -> tuple[Any, dict[str, Kind | None]]:
    """Return a raw codebook whose malformed fields and rules are replaced by bare ones, and the kinds of its fields.

    Positions and names stay as they are, so that everything else can still be checked, and reported at its place.
    """
    kinds: dict[str, Kind | None] = {}
    fields = []
    for index, item in enumerate(items(at(raw, "fields"))):
        name = at(item, "name") if isinstance(at(item, "name"), str) else f"(field {index})"
        sound = _is_valid(Field, item)
        bare = {"name": name, "title": name, "type": "string", "liandong": {"title_en": name}}
        fields.append(item if sound else bare)
        kinds[name] = None
    title = {"zh": "-", "en": "-"}
    rules = [
        item if _is_valid(Rule, item) else {"id": f"rule_{index}", "title": title, "check": "True", "action": "warn"}
        for index, item in enumerate(items(at(raw, "liandong", "rules")))
    ]
    mended: dict[str, Any] = {"fields": fields, "liandong": {"title": title, "version": "-", "rules": rules}}
    for key in ("primaryKey", "foreignKeys", "missingValues"):
        if _is_valid(Codebook, {**mended, key: at(raw, key)}):
            mended[key] = at(raw, key)
    return mended, kinds


def _is_valid(model: type[BaseModel], item: Any) -> bool:
    try:
        model.model_validate(item)
    except ValidationError:
        return False
    return True


def _field(field: Field, where: str, kinds: Mapping[str, Kind | None]) -> Iterator[Problem]:
    if field.name in RESERVED or not field.name:
        yield Problem(f"{where}.name", f"{field.name!r} cannot be the name of a field")
    yield from _values(field, where)
    yield from _constraints(field, where)
    yield from _labels(field, where)
    if field.liandong.linkage and not field.liandong.pii:
        yield Problem(f"{where}.liandong.linkage", "is for personal data only; the field needs `pii: true` as well")
    asked_if = field.liandong.asked_if
    if asked_if is not None:
        yield from check_expression(f"{where}.liandong.asked_if", asked_if, kinds, "field", "truth")
        if field.name in asked_if.names:
            yield Problem(f"{where}.liandong.asked_if", "whether a question is asked cannot depend on its own answer")


def _values(field: Field, where: str) -> Iterator[Problem]:
    """Yield the codes and bounds that are not of the field's type, and codes listed twice."""
    written: list[tuple[str, Any]] = [
        (f"constraints.enum[{index}]", value) for index, value in enumerate(field.constraints.enum or ())
    ]
    written += [(f"categories[{index}].value", category.value) for index, category in enumerate(field.categories or ())]
    written += [
        (f"constraints.{_alias(name)}", value)
        for name in _BOUNDS
        if (value := getattr(field.constraints, name)) is not None and field.type in ORDERED_TYPES
    ]
    for path, value in written:
        try:
            typed_value(value, field.type)
        except ValueError as error:
            yield Problem(f"{where}.{path}", str(error))
    for name, values in (("constraints.enum", field.constraints.enum), ("categories", _codes(field))):
        repeated = [value for index, value in enumerate(values or ()) if value in (values or ())[:index]]
        if repeated:
            yield Problem(f"{where}.{name}", f"the code {repeated[0]!r} stands there more than once")


def _codes(field: Field) -> tuple[Any, ...]:
    return tuple(category.value for category in field.categories or ())


def _constraints(field: Field, where: str) -> Iterator[Problem]:
    """Yield constraints that the type does not have, that cannot be read, or that nothing can keep."""
    constraints, path = field.constraints, f"{where}.constraints"
    given = [name for name in _BOUNDS if getattr(constraints, name) is not None]
    if given and field.type not in ORDERED_TYPES:
        yield Problem(f"{path}.{_alias(given[0])}", f"a {field.type} field has no order")
    for name in ("pattern", "min_length", "max_length"):
        if getattr(constraints, name) is not None and field.type != "string":
            yield Problem(f"{path}.{_alias(name)}", f"is for text; {field.name!r} is of type {field.type}")
    if constraints.pattern is not None:
        try:
            pl.select(pl.lit("").str.contains(f"^(?:{constraints.pattern})$"))
        except pl.exceptions.PolarsError as error:
            reason = str(error).partition("\nerror: ")[2].partition("\n")[0]
            yield Problem(f"{path}.pattern", f"cannot be used as a pattern: {reason or 'it is malformed'}")
    if (constraints.max_length is not None) and (constraints.min_length or 0) > constraints.max_length:
        yield Problem(f"{path}.minLength", f"is above maxLength, {constraints.max_length}")
    try:
        low, high = (typed_value(getattr(constraints, name), field.type) for name in ("minimum", "maximum"))
    except ValueError:
        return
    if low > high:
        yield Problem(f"{path}.minimum", f"{constraints.minimum} is above the maximum, {constraints.maximum}")


def _labels(field: Field, where: str) -> Iterator[Problem]:
    """Yield labels that belong to no answer."""
    english = field.liandong.categories_en
    if english is not None and [category.value for category in english] != list(_codes(field)):
        yield Problem(f"{where}.liandong.categories_en", "its values differ from those of categories")
    enum = field.constraints.enum
    strangers = [code for code in _codes(field) if enum is not None and code not in enum]
    if strangers:
        yield Problem(f"{where}.categories", f"{strangers[0]!r} has a label, but is not in constraints.enum")


def _missing_codes(field: Field, where: str, codebook: Codebook) -> Iterator[Problem]:
    """Yield codes with a kind of missing that are not declared missing: other tools would take them for answers."""
    entries = codebook.missing_values if field.missing_values is None else field.missing_values
    declared = {entry.value for entry in entries}
    for code in field.liandong.missing_kinds:
        if code not in declared:
            yield Problem(
                f"{where}.liandong.missing_kinds", f"{code!r} is not among missingValues", nearest(code, declared)
            )


def _keys(codebook: Codebook, file: str) -> Iterator[Problem]:
    uses = [Use(f"{file}: primaryKey", name, "field", codebook.names) for name in codebook.key]
    for index, key in enumerate(codebook.foreign_keys):
        where = f"{file}: foreignKeys[{index}]"
        uses += [Use(f"{where}.fields", name, "field", codebook.names) for name in key.columns]
        if not key.reference.resource:
            uses += [Use(f"{where}.reference.fields", name, "field", codebook.names) for name in key.referenced]
        if len(key.columns) != len(key.referenced):
            yield Problem(where, f"{len(key.columns)} fields refer to {len(key.referenced)} columns")
    yield from unknown_names(uses)


def _rule(rule: Rule, where: str, codebook: Codebook, kinds: Mapping[str, Kind | None]) -> Iterator[Problem]:
    yield from check_expression(f"{where}.check", rule.check, kinds, "field", "truth")
    yield from unknown_names(Use(f"{where}.fields", name, "field", codebook.names) for name in rule.fields)
    if rule.id in RESERVED_RULES:
        yield Problem(f"{where}.id", f"{rule.id!r} is a rule of every table with corrections by hand; choose another")
    if rule.action == "blank" and not rule.fields:
        yield Problem(f"{where}.fields", "the action 'blank' needs the fields to blank")
    if rule.action == "blank" and set(rule.fields) & set(codebook.key):
        yield Problem(f"{where}.fields", "a field of the primary key cannot be blanked", "use the action 'reject'")


def _misspelt(codebook: Codebook, file: str) -> Iterator[Problem]:
    """Yield keys of the standard's parts that are nearly, but not quite, keys that would be used."""
    parts: list[tuple[str, BaseModel]] = [(file, codebook)]
    parts += [(f"{file}: fields[{index}] ({field.name})", field) for index, field in enumerate(codebook.fields)]
    for where, part in parts:
        known = [field.alias or name for name, field in type(part).model_fields.items()]
        for key in part.model_extra or {}:
            hint = nearest(key, known, cutoff=_CLOSE)
            if hint is not None:
                yield Problem(f"{where}{'.' if part is not codebook else ': '}{key}", "is not used here", hint)


def _alias(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.title() for word in rest)
