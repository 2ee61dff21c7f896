"""From an XLSForm to a draft: what the form asks, under which condition, and which answers it takes.

Unlike a draft from data, hardly anything is guessed here. Relevance becomes ``asked_if``, constraints become those of
the field or rules of their own, choices become categories, a repeat becomes a second table with a foreign key.
Expressions that the codebook's language cannot say are left out, with a remark and the key among the undecided ones.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from liandong.definitions import parse_expression
from liandong.scaffold.draft import (
    Draft,
    DraftDesign,
    DraftField,
    DraftRule,
    DraftSet,
    DraftTable,
    DraftText,
)
from liandong.scaffold.form_cascades import cascade_rule
from liandong.scaffold.form_expressions import Answer, translate
from liandong.scaffold.form_fields import Taken, fields_of
from liandong.scaffold.form_sheets import Form, Question
from liandong.scaffold.form_tokens import UntranslatableError
from liandong.scaffold.naming import slug, unique

KEY, PARENT = "instance_key", "parent_key"
_KEY_HEADERS = ("KEY", "_uuid", "instanceID", "meta/instanceID", "meta-instanceID", "__id")
_PARENT_HEADERS = ("PARENT_KEY", "_submission__uuid", "__Submissions-id")
_NESTED_HEADERS = ("PARENT_KEY", "_parent_index")
_BOUND = re.compile(r"^\s*\.\s*(>=|<=|>|<)\s*(-?\d+(?:\.\d+)?)\s*$")
_BOUNDS = {">=": "minimum", "<=": "maximum", ">": "exclusiveMinimum", "<": "exclusiveMaximum"}
_REGEX = re.compile(r"""^\s*regex\s*\(\s*\.\s*,\s*(['"])\^?(.*?)\$?\1\s*\)\s*$""")
_LENGTH = re.compile(r"^\s*string-length\s*\(\s*\.\s*\)\s*(>=|<=|=)\s*(\d+)\s*$")
_QUALITY = {"start": "started", "end": "ended"}
_SHOWN = 200


def draft_from_form(form: Form, study_id: str, source: str) -> Draft:
    """Return the draft of a study whose answers `form` collects.

    Parameters
    ----------
    form
        As :func:`liandong.scaffold.form_sheets.read_form` gives it.
    study_id
        Small letters, digits and underscores, a letter first.
    source
        The form's file name.

    Returns
    -------
    Draft
        Without data files. ``undecided`` names what the form does not say, or says in words that a codebook lacks.
    """
    repeats = [question for question in form.questions if question.type == "begin_repeat"]
    inside = {repeat.name: [one for one in form.questions if one.repeat == repeat.name] for repeat in repeats}
    main = _table(form, [one for one in form.questions if not one.repeat], (KEY,), {})
    names = dict(zip((one.name for one in repeats), unique(slug(one.name) or "repeat" for one in repeats), strict=True))
    reachable = {"": main.answers}
    tables = []
    for repeat in repeats:  # a repeat stands before the repeats inside it
        lent = _lent(reachable[repeat.repeat], names.get(repeat.repeat))
        table = _table(form, inside[repeat.name], (KEY, PARENT), lent)
        reachable[repeat.name] = table.answers
        tables.append(_second(repeat, table, names))
    title = _title(form)
    return Draft(
        id=study_id,
        title=title,
        source=source,
        fields=(_key(KEY, "记录编号", "Key of the record", _KEY_HEADERS), *main.fields),
        primary_key=(KEY,),
        sets=main.sets,
        rules=main.rules,
        tables=tuple(tables),
        design=DraftDesign(quality=_quality(main.taken)),
        version=form.version or "0.1",
        undecided=(*([] if title.zh and title.en else ["title"]), "design.assignment"),
        remarks=tuple(_remarks(form, repeats)),
    )


@dataclass(frozen=True, slots=True)
class _Table:
    taken: tuple[Taken, ...]
    answers: Mapping[str, Answer]
    fields: tuple[DraftField, ...]
    sets: tuple[DraftSet, ...]
    rules: tuple[DraftRule, ...]


def _lent(answers: Mapping[str, Answer], table: str | None) -> dict[str, Answer]:
    """Return the answers of the table around a repeat, under the names by which an expression reaches them."""
    prefix = table or "responses"
    return {
        question: replace(
            one,
            name=f"{prefix}.{one.name}" if one.name else "",
            options={option: f"{prefix}.{name}" for option, name in one.options.items()},
        )
        for question, one in answers.items()
        if not one.name.startswith(f"{prefix}.") and "." not in one.name
    }


def _table(form: Form, questions: Sequence[Question], reserved: Sequence[str], lent: Mapping[str, Answer]) -> _Table:
    taken = fields_of(form, questions, reserved)
    own = {one.question.name: _answer(one) for one in taken}
    answers = {**lent, **own}
    fields: list[DraftField] = []
    rules: list[DraftRule] = []
    sets: list[DraftSet] = []
    for one in taken:
        ruled = [_ruled(draft, one, answers) for draft in one.fields]
        first, cascade = _cascaded(ruled[0][0], one, form, answers)
        fields += [first, *(draft for draft, _ in ruled[1:])]
        rules += [rule for rule in (ruled[0][1], cascade) if rule is not None]
        if len(one.options) > 1:
            title = one.question.label
            undecided = () if title.zh and title.en else ("title",)
            sets.append(DraftSet(slug(one.question.name), title, tuple(one.options.values()), 1, undecided))
    return _Table(taken, own, tuple(_headed(fields, taken)), tuple(sets), tuple(_apart(rules)))


def _cascaded(
    draft: DraftField, one: Taken, form: Form, answers: Mapping[str, Answer]
) -> tuple[DraftField, DraftRule | None]:
    """Return the field, and the rule of a cascade; where it takes other words, that is for a person to decide."""
    if not one.question.choice_filter:
        return draft, None
    rule = None if one.options else cascade_rule(one.question, draft, form, answers)
    if rule is None:
        remark = f"which choices are offered depends on other answers, and is not checked: {one.question.choice_filter}"
        draft = replace(draft, remarks=(*draft.remarks, remark[:_SHOWN]), undecided=(*draft.undecided, "choice_filter"))
    return draft, rule


def _answer(one: Taken) -> Answer:
    if one.options:
        return Answer("", options=one.options)
    first = one.fields[0]
    missing = frozenset(code.code for code in first.missing)
    return Answer(first.name, is_text=first.type == "string", is_whole=first.type == "integer", missing=missing)


def _ruled(draft: DraftField, one: Taken, answers: Mapping[str, Answer]) -> tuple[DraftField, DraftRule | None]:
    """Return a field with the condition and the constraints of its question, and the rule that takes more words."""
    question = one.question
    if draft.name not in {*one.options.values(), one.fields[0].name}:  # the text of "other", the parts of a place
        return _with_condition(draft, question, answers, _other_chosen(one)), None
    draft = _with_condition(draft, question, answers)
    draft = _with_requirement(draft, question)
    if not question.constraint:
        return draft, None
    simple = _constraints(question.constraint, draft)
    if simple is not None:
        return replace(draft, constraints={**draft.constraints, **simple}), None
    here = answers[question.name]
    try:
        check = translate(question.constraint, answers, here)
    except UntranslatableError as error:
        return _left_out(draft, "constraints", question.constraint, error), None
    title = question.constraint_message
    asked = DraftText(question.label.zh or question.name, question.label.en or question.name)
    both = DraftText(
        title.zh or f"“{asked.zh}”的答案须符合：{check}",
        title.en or f"The answer to “{asked.en}” must satisfy: {check}",
    )
    blanked = tuple(one.options.values()) or (draft.name,)
    return draft, DraftRule(f"{slug(question.name)}_constraint", both, check, "blank", blanked)


def _other_chosen(one: Taken) -> tuple[str, ...]:
    """Return the condition under which the form asks for the text of "other"."""
    if not one.question.or_other:
        return ()
    return (f"{one.options['other']} == 1" if one.options else f"{one.fields[0].name} == 'other'",)


def _with_condition(
    draft: DraftField, question: Question, answers: Mapping[str, Answer], further: Sequence[str] = ()
) -> DraftField:
    parts = [*further]
    for condition in question.relevant:
        try:
            parts.append(_of_others(translate(condition, answers), draft.name))
        except UntranslatableError as error:
            return _left_out(draft, "asked_if", " and ".join(question.relevant), error)
    distinct = list(dict.fromkeys(parts))
    joined = distinct[0] if len(distinct) == 1 else " and ".join(f"({part})" for part in distinct)
    return replace(draft, asked_if=joined) if distinct else draft


def _of_others(condition: str, name: str) -> str:
    if name in parse_expression(condition).names:
        raise UntranslatableError("a question cannot depend on its own answer")
    return condition


def _with_requirement(draft: DraftField, question: Question) -> DraftField:
    if question.is_required:
        return replace(draft, constraints={"required": True, **draft.constraints})
    if question.required and question.required.lower() not in {"no", "false", "false()"}:
        remark = f"required under a condition, which the codebook leaves to asked_if: {question.required[:_SHOWN]}"
        return replace(draft, remarks=(*draft.remarks, remark), undecided=(*draft.undecided, "required"))
    return draft


def _constraints(text: str, draft: DraftField) -> dict[str, object] | None:
    """Return a constraint of the form as those of the field; None where it takes a rule."""
    found: dict[str, object] = {}
    if draft.type in {"integer", "number"} and not draft.enum:
        for part in re.split(r"\s+and\s+", text.strip()):
            bound = _BOUND.match(part)
            if bound is None or _BOUNDS[bound[1]] in found:
                return None
            found[_BOUNDS[bound[1]]] = float(bound[2]) if "." in bound[2] else int(bound[2])
        return found
    if draft.type != "string" or draft.enum:
        return None
    pattern, length = _REGEX.match(text), _LENGTH.match(text)
    if pattern is not None and "(?" not in pattern[2]:
        return {"pattern": pattern[2]}
    if length is not None:
        keys = {">=": ("minLength",), "<=": ("maxLength",), "=": ("minLength", "maxLength")}[length[1]]
        return dict.fromkeys(keys, int(length[2]))
    return None


def _left_out(draft: DraftField, key: str, text: str, error: UntranslatableError) -> DraftField:
    """Return a field with what the form says and the codebook cannot, for a person to decide."""
    shown = text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
    remark = f"not translated to {key}: {shown} ({error})"
    return replace(draft, remarks=(*draft.remarks, remark), undecided=(*draft.undecided, key))


def _apart(rules: Sequence[DraftRule]) -> list[DraftRule]:
    names = unique(rule.id for rule in rules)
    return [replace(rule, id=name) for rule, name in zip(rules, names, strict=True)]


def _headed(fields: Sequence[DraftField], taken: Sequence[Taken]) -> list[DraftField]:
    """Open each group of the form with a comment."""
    groups = {one.fields[0].name: "/".join(one.question.groups) for one in taken}
    headed, last = [], ""
    for one in fields:
        group = groups.get(one.name, last)
        headed.append(replace(one, heading=group) if group and group != last else one)
        last = group
    return headed


def _second(repeat: Question, table: _Table, names: Mapping[str, str]) -> DraftTable:
    title = repeat.label
    key = _key(KEY, "记录编号", "Key of the record", ("KEY", "__id", "_index"))
    above = _NESTED_HEADERS if repeat.repeat else _PARENT_HEADERS
    parent = _key(PARENT, "上级记录编号", "Key of the record that it belongs to", above)
    return DraftTable(
        resource=names[repeat.name],
        title=title,
        fields=(key, parent, *table.fields),
        primary_key=(KEY,),
        foreign_key={PARENT: KEY},
        parent=names.get(repeat.repeat, ""),
        sets=table.sets,
        rules=table.rules,
    )


def _key(name: str, zh: str, en: str, headers: Sequence[str]) -> DraftField:
    return DraftField(
        name=name,
        title=DraftText(zh, en),
        type="string",
        columns=tuple(headers),
        constraints={"required": True},
        role="id",
        pii=False,
        on_failure={"required": "reject"},
        note=DraftText("由采集软件生成的记录编号，不指向个人", "Made by the collecting software; leads to no person"),
    )


def _title(form: Form) -> DraftText:
    name = form.title or form.form_id
    return DraftText(name, "") if re.search(r"[\u4e00-\u9fff]", name) else DraftText("", name)


def _quality(taken: Sequence[Taken]) -> dict[str, str]:
    found = {_QUALITY[one.question.type]: one.fields[0].name for one in taken if one.question.type in _QUALITY}
    return {key: found[key] for key in _QUALITY.values() if key in found}


def _remarks(form: Form, repeats: Sequence[Question]) -> list[str]:
    remarks = [f"form {form.form_id}" if form.form_id else "", f"version {form.version}" if form.version else ""]
    if repeats:
        remarks.append(f"repeats are second tables: {', '.join(one.name for one in repeats)}")
    return [remark for remark in remarks if remark]
