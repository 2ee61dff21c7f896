"""A draft as the files of an instrument: codebook.yaml, and one Table Schema per second table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from liandong.scaffold.draft import Draft, DraftCategory, DraftField, DraftRule, DraftSet, DraftTable, DraftText
from liandong.scaffold.yaml_text import comments, entry, one_line, scalar

_PROFILE = "https://datapackage.org/profiles/2.0/tableschema.json"
_GUESS = "guess"
_HEAD = (
    "A draft, taken from {source}.",
    "",
    "A Frictionless Table Schema (Data Package v2); what surveys need beyond it stands under `liandong:`.",
    "Nobody has decided anything here yet: `undecided` names the keys of a field that are guesses, or that the file",
    "does not tell. Look at each, mend it, and take it out of the list; `liandong check` says what is left.",
)


def codebook_yaml(draft: Draft) -> str:
    """Return the content of codebook.yaml."""
    extras = [
        "liandong:",
        *entry("title", _both(draft.title, draft.id), 2),
        f"  version: {_quoted(draft.version)}",
        *entry("source", {"zh": f"由数据文件起草：{draft.source}", "en": f"Drafted from {draft.source}"}, 2),
        *_several("rules", [_rule(rule) for rule in draft.rules]),
        *_several("sets", [_set(one) for one in draft.sets]),
    ]
    if draft.tables:
        extras += entry("tables", {table.resource: f"{table.resource}.yaml" for table in draft.tables}, 2)
    head = [f"# {line.format(source=one_line(draft.source))}".rstrip() for line in _HEAD]
    return _text([
        *head,
        *comments(draft.remarks, 0),
        f"$schema: {_PROFILE}",
        *entry("name", draft.id, 0),
        *entry("title", _shown(draft.title, draft.id), 0),
        *_keys(draft.primary_key),
        "",
        *extras,
        "",
        "fields:",
        *_fields(draft.fields),
    ])  # fmt: skip


def table_yaml(draft: Draft, table: DraftTable) -> str:
    """Return the Table Schema of a second table."""
    reference = {"resource": table.parent or "responses", "fields": list(table.foreign_key.values())}
    keys = [f"  - {one}" if i == 0 else f"    {one}" for i, one in enumerate(
        [f"fields: {_flow_names(table.foreign_key)}", *entry("reference", reference, 0)])]  # fmt: skip
    return _text([
        f"# A draft, taken from {one_line(draft.source)}; see codebook.yaml.",
        f"$schema: {_PROFILE}",
        *entry("name", table.resource, 0),
        *entry("title", _shown(table.title, table.resource), 0),
        *_keys(table.primary_key),
        *(["foreignKeys:", *keys] if table.foreign_key else []),
        "",
        "liandong:",
        *entry("title", _both(table.title, table.resource), 2),
        f"  version: {_quoted(draft.version)}",
        *_several("rules", [_rule(rule) for rule in table.rules]),
        *_several("sets", [_set(one) for one in table.sets]),
        "",
        "fields:",
        *_fields(table.fields),
    ])  # fmt: skip


def _fields(fields: Sequence[DraftField]) -> list[str]:
    lines: list[str] = []
    for one in fields:
        lines += [*comments([one.heading] if one.heading else [], 2), *_field(one), ""]
    return lines[:-1]


def _field(one: DraftField) -> list[str]:
    undecided = set(one.undecided)
    constraints = {**one.constraints, **({"enum": list(one.enum)} if one.enum else {})}
    lines = [f"  - name: {scalar(one.name)}", *comments(one.remarks, 4)]
    lines += entry("title", _shown(one.title, one.name), 4, _mark("title", undecided, "not in Chinese yet"))
    lines += entry("type", one.type, 4, _mark("type", undecided))
    for key, value in one.standard.items():
        lines += entry(key, value, 4)
    if constraints:
        guessed = [key for key in constraints if key in undecided]
        lines += entry("constraints", constraints, 4, f"guess: {', '.join(guessed)}" if guessed else "")
    if one.categories:
        lines += entry("categories", _categories(one.categories, "zh"), 4, _mark("categories", undecided))
        if one.is_ordered is not None:
            lines += entry("categoriesOrdered", one.is_ordered, 4)
    if one.missing:
        codes = [{"value": code.code, **({"label": code.label} if code.label else {})} for code in one.missing]
        lines += entry("missingValues", codes, 4)
    return [*lines, "    liandong:", *_extras(one, undecided)]


def _extras(one: DraftField, undecided: set[str]) -> list[str]:
    """Return what stands under ``liandong:``, in the order in which the model has it."""
    has_english = any(category.label.en for category in one.categories)
    values: dict[str, Any] = {
        "title_en": _shown(one.title, one.name, "en"),
        "columns": list(one.columns),
        "option": one.option,
        "categories_en": _categories(one.categories, "en") if has_english else [],
        "missing_kinds": {code.code: code.kind for code in one.missing if code.code and code.kind},
        "role": one.role if one.role != "question" else None,
        "pii": one.pii,
        "linkage": one.linkage or None,
        "asked_if": one.asked_if,
        "nominal": one.nominal,
        "on_failure": dict(one.on_failure),
        "note": None if one.note is None else _both(one.note, one.name),
    }
    lines = []
    for key, value in values.items():
        if value is not None and value not in ("", [], {}):
            words = "not translated yet" if key == "title_en" else ""
            lines += entry(key, value, 6, _mark(key, undecided, words))
    return [*lines, *(entry("undecided", list(one.undecided), 6) if one.undecided else [])]


def _categories(categories: Sequence[DraftCategory], lang: str) -> list[dict[str, Any]]:
    return [
        {"value": category.value, "label": _shown(category.label, str(category.value), lang)} for category in categories
    ]


def _rule(rule: DraftRule) -> list[str]:
    lines = [f"- id: {scalar(rule.id)}", *comments(rule.remarks, 2)]
    lines += [*entry("title", _both(rule.title, rule.id), 2), *entry("check", rule.check, 2)]
    return [*lines, *entry("action", rule.action, 2), *(entry("fields", list(rule.fields), 2) if rule.fields else [])]


def _set(one: DraftSet) -> list[str]:
    lines = [f"- id: {scalar(one.id)}", *comments(one.remarks, 2), *entry("title", _both(one.title, one.id), 2)]
    mark = _mark("fields", set(one.undecided), "these fields belong to one question")
    lines += entry("fields", list(one.fields), 2, mark)
    lines += entry("counted", one.counted, 2) if one.counted is not None else []
    return [*lines, *(entry("undecided", list(one.undecided), 2) if one.undecided else [])]


def _several(key: str, blocks: Sequence[Sequence[str]]) -> list[str]:
    return [f"  {key}:", *(f"    {line}" for block in blocks for line in block)] if blocks else []


def _keys(primary_key: Sequence[str]) -> list[str]:
    return [f"primaryKey: {_flow_names(primary_key)}"] if primary_key else []


def _flow_names(names: Sequence[str] | Mapping[str, str]) -> str:
    return "[" + ", ".join(scalar(name) for name in names) + "]"


def _both(words: DraftText, name: str) -> dict[str, str]:
    return {"zh": _shown(words, name), "en": _shown(words, name, "en")}


def _shown(words: DraftText, name: str, lang: str = "zh") -> str:
    """Return the words in `lang`; a Chinese title falls back on the English one; the name misleads nobody."""
    if lang == "zh":
        return words.zh or words.en or name
    return words.en or name


def _mark(key: str, undecided: set[str], words: str = "") -> str:
    if key not in undecided:
        return ""
    return words if words.startswith("not ") else f"{_GUESS}: {words}".rstrip(": ")


def _quoted(text: str) -> str:
    return f'"{text}"'


def _text(lines: Sequence[str]) -> str:
    return "\n".join(lines) + "\n"
