"""A question of an XLSForm as the fields that its answers take up in a data file."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from liandong.definitions import FieldType
from liandong.definitions.codebook import Role
from liandong.scaffold.draft import Code, DraftCategory, DraftField, DraftMissing, DraftText
from liandong.scaffold.form_sheets import Choice, Form, Question
from liandong.scaffold.missing_words import kind_of_label
from liandong.scaffold.naming import slug, unique

# Type of question → type of field, for those that take up one field.
_PLAIN: Mapping[str, FieldType] = {
    "text": "string",
    "integer": "integer",
    "decimal": "number",
    "range": "number",
    "date": "date",
    "time": "time",
    "dateTime": "datetime",
    "calculate": "string",
    "hidden": "string",
    "acknowledge": "string",
    "trigger": "string",
    "barcode": "string",
    "image": "string",
    "audio": "string",
    "video": "string",
    "file": "string",
    "geotrace": "string",
    "geoshape": "string",
    "rank": "string",
    "start": "datetime",
    "end": "datetime",
    "today": "date",
    "deviceid": "string",
    "username": "string",
    "email": "string",
    "phonenumber": "string",
    "simserial": "string",
    "subscriberid": "string",
    "audit": "string",
    "background-audio": "string",
    "start-geopoint": "string",
    "xml-external": "string",
    "csv-external": "string",
}
_PARADATA = frozenset({"start", "end", "today", "deviceid", "username", "simserial", "subscriberid", "audit"})
_PERSONAL = frozenset({
    "email", "phonenumber", "simserial", "subscriberid", "deviceid", "username", "image", "audio", "video", "file",
    "geotrace", "geoshape", "background-audio", "start-geopoint",
})  # fmt: skip
SILENT = frozenset({"note", "begin_group", "begin_repeat"})
_TITLES: Mapping[str, DraftText] = {
    "start": DraftText("开始时间", "Start of the interview"),
    "end": DraftText("结束时间", "End of the interview"),
    "today": DraftText("调查日期", "Day of the interview"),
    "deviceid": DraftText("设备编号", "Device"),
    "username": DraftText("访员账号", "User name of the interviewer"),
    "phonenumber": DraftText("设备电话号码", "Telephone number of the device"),
    "email": DraftText("访员邮箱", "E-mail of the interviewer"),
    "simserial": DraftText("SIM卡编号", "Serial number of the SIM card"),
    "subscriberid": DraftText("用户识别码", "Subscriber number"),
    "audit": DraftText("填写日志", "Audit log"),
}
_POINT = {"latitude": "纬度", "longitude": "经度", "altitude": "海拔", "accuracy": "精度"}
_ALSO: Mapping[str, tuple[str, ...]] = {"accuracy": ("accuracy", "precision")}
_OTHER = DraftText("其他", "Other")
_YES, _NO = DraftCategory(1, DraftText("是", "Yes")), DraftCategory(0, DraftText("否", "No"))


@dataclass(frozen=True, slots=True)
class Taken:
    """What a question takes up: its fields, and for one with several answers, option → name of the field."""

    question: Question
    fields: tuple[DraftField, ...]
    options: Mapping[str, str]


def fields_of(form: Form, questions: Sequence[Question], taken: Sequence[str] = ()) -> tuple[Taken, ...]:
    """Return the fields of the questions of one table, notes and groups left out.

    Parameters
    ----------
    form
        For its lists of choices.
    questions
        Those of one table, in order.
    taken
        Names that other fields of the table have.
    """
    asked = [question for question in questions if question.type not in SILENT]
    drafts = [(question, _drafts(question, form)) for question in asked]
    wanted = [one.name for _, fields in drafts for one, _ in fields]
    names = iter(unique(wanted, taken))
    found = []
    for question, fields in drafts:
        named = [(replace(one, name=next(names)), option) for one, option in fields]
        options = {option: one.name for one, option in named if option is not None}
        found.append(Taken(question, tuple(one for one, _ in named), options))
    return tuple(found)


def headers(question: Question, tail: str = "") -> tuple[str, ...]:
    """Return the headers under which export programs write a question: its name, with the groups around it or not.

    KoBoToolbox joins them by a slash, ODK Central by a hyphen.
    """
    name = question.name + tail
    paths = [sign.join((*question.groups, name)) for sign in ("/", "-")] if question.groups else []
    return tuple(dict.fromkeys((name, *paths)))


_Drafts = list[tuple[DraftField, str | None]]


def _drafts(question: Question, form: Form) -> _Drafts:
    maker = _MAKERS.get(question.type)
    if maker is not None:
        return maker(question, form)
    return [(_plain(question), None)]


def _plain(question: Question) -> DraftField:
    kind = _PLAIN.get(question.type)
    one = _field(question, kind or "string")
    remarks = list(one.remarks)
    undecided = list(one.undecided)
    if kind is None:
        remarks.append(f"the form's type {question.type!r} is not known; read as text")
        undecided.append("type")
    if question.type == "calculate":
        remarks.append(f"calculated: {question.calculation[:200]}")
        undecided.append("type")
    return replace(one, constraints=_limits(question), remarks=tuple(remarks), undecided=tuple(undecided))


def _limits(question: Question) -> dict[str, int | float]:
    """Return the ends of a range, which the form's own control keeps."""
    if question.type != "range":
        return {}
    ends = {"minimum": question.parameters.get("start", ""), "maximum": question.parameters.get("end", "")}
    return {key: _number(text) for key, text in ends.items() if re.fullmatch(r"-?\d+(\.\d+)?", text)}


def _number(text: str) -> int | float:
    return int(text) if re.fullmatch(r"-?\d+", text) else float(text)


def _field(question: Question, kind: FieldType, tail: str = "", title: DraftText | None = None) -> DraftField:
    name = slug(question.name + tail) or "question"
    words = title or question.label
    words = words if words.zh or words.en else _TITLES.get(question.type, words)
    role: Role = "paradata" if question.type in _PARADATA else "question"
    is_personal = question.type in _PERSONAL
    undecided = [key for key, text in (("title", words.zh), ("title_en", words.en)) if not text]
    return DraftField(
        name=name,
        title=words,
        type=kind,
        columns=tuple(header for header in headers(question, tail) if header != name),
        role=role,
        pii=True if is_personal else None,
        undecided=(*undecided, *(["pii"] if is_personal else [])),
        remarks=(f"{question.type} of the form, {'/'.join((*question.groups, question.name))}",),
    )


def _one_choice(question: Question, form: Form) -> _Drafts:
    choices = distinct(form.choices.get(question.list_name, ()))
    one = _field(question, "integer" if _are_numbers(choices) else "string")
    if not choices:
        remark = f"its answers stand in {question.list_name!r}, which is not part of the form"
        undecided = (*one.undecided, "categories")
        return [(replace(one, type="string", remarks=(*one.remarks, remark), undecided=undecided), None)]
    if question.or_other:  # the word "other" stands among the codes, so they are text
        one = replace(one, type="string")
        choices = (*choices, Choice("other", _OTHER))
    codes = {choice.name: _code(choice.name, one.type) for choice in choices}
    kinds = {choice.name: _missing_kind(choice, codes) for choice in choices}
    categories = tuple(DraftCategory(codes[choice.name], choice.label) for choice in choices if not kinds[choice.name])
    missing = tuple(
        DraftMissing(choice.name, kind, choice.label.zh or choice.label.en)
        for choice in choices
        if (kind := kinds[choice.name])
    )
    coded = replace(
        one,
        categories=categories,
        enum=tuple(category.value for category in categories),
        missing=missing,
        undecided=(*one.undecided, *(["missing_kinds"] if missing else [])),
    )
    return [(_with_open_labels(coded), None), *_other_text(question)]


def _missing_kind(choice: Choice, codes: Mapping[str, Code]) -> str | None:
    """Return the kind of missing answer that a choice stands for, None for an answer."""
    others = [code for name, code in codes.items() if name != choice.name]
    labels = [label for label in (choice.label.zh, choice.label.en) if label]
    found = [kind_of_label(label, _of(codes[choice.name]), map(_of, others)) for label in labels]
    return next((kind for kind in found if kind), None)


def _of(code: Code) -> float | str:
    return code if isinstance(code, str) else float(code)


def distinct(choices: Sequence[Choice]) -> tuple[Choice, ...]:
    """Return the choices of a list, one that a cascade repeats under other parents once."""
    found: dict[str, Choice] = {}
    for choice in choices:
        found.setdefault(choice.name, choice)
    return tuple(found.values())


def _several_choices(question: Question, form: Form) -> _Drafts:
    """Return one field per option, 1 where it was chosen: of its own column, or of the one that holds all answers."""
    choices = distinct(form.choices.get(question.list_name, ()))
    if not choices:
        one = _field(question, "string")
        remark = f"its answers stand in {question.list_name!r}, which is not part of the form"
        return [(replace(one, remarks=(*one.remarks, remark)), None)]
    found: _Drafts = [(_option(question, choice, f"_{choice.name}"), choice.name) for choice in choices]
    if question.or_other:  # the form keeps the name with _other for the text
        found.append((_option(question, Choice("other", _OTHER), "_other_chosen"), "other"))
    return [*found, *_other_text(question)]


def _option(question: Question, choice: Choice, tail: str) -> DraftField:
    title = DraftText(
        f"{question.label.zh}（{choice.label.zh or choice.label.en or choice.name}）" if question.label.zh else "",
        f"{question.label.en} ({choice.label.en or choice.name})" if question.label.en else "",
    )
    one = _field(question, "integer", tail, title)
    split = [f"{header}/{choice.name}" for header in headers(question)]
    asked, answer = question.label, choice.label
    split += [f"{words}/{label}" for words, label in ((asked.zh, answer.zh), (asked.en, answer.en)) if words and label]
    # SurveyCTO writes what no variable can be called, such as the sign of -99, as an underscore.
    tails = dict.fromkeys((tail, re.sub(r"\W", "_", tail, flags=re.ASCII)))
    own = [header for written in tails for header in headers(question, written) if header != one.name]
    return replace(
        one,
        columns=tuple(dict.fromkeys((*split, *own, *headers(question)))),
        option=choice.name,
        categories=(_NO, _YES),
        enum=(0, 1),
        remarks=(),
    )


def _other_text(question: Question) -> Iterator[tuple[DraftField, None]]:
    if question.or_other:
        title = DraftText(
            f"{question.label.zh}（其他，请注明）" if question.label.zh else "",
            f"{question.label.en} (other, specified)" if question.label.en else "",
        )
        yield replace(_field(question, "string", "_other", title), role="question"), None


def _point(question: Question, _form: Form) -> _Drafts:
    """Return the four numbers of a place, and the one column that holds them all in some exports."""
    found = []
    for part, zh in _POINT.items():
        title = DraftText(f"{question.label.zh}（{zh}）" if question.label.zh else zh, f"{question.label.en} ({part})")
        one = _field(question, "number", f"_{part}", title)
        words = [shown for word in _ALSO.get(part, (part,)) for shown in (word, word.title())]
        starts = [f"{mark}{header}{sign}" for header in headers(question) for mark in ("", "_") for sign in "_-/"]
        names = [start + shown for start in starts for shown in words]
        columns = tuple(name for name in dict.fromkeys(names) if name != one.name)
        found.append((replace(one, columns=columns, pii=True, undecided=()), None))
    whole = _field(question, "string")
    return [(replace(whole, pii=True, undecided=whole.undecided), None), *found]


def _are_numbers(choices: Sequence[Choice]) -> bool:
    return bool(choices) and all(re.fullmatch(r"-?(0|[1-9]\d{0,8})", choice.name) for choice in choices)


def _code(name: str, kind: FieldType) -> Code:
    return int(name) if kind == "integer" else name


def _with_open_labels(one: DraftField) -> DraftField:
    """Name the labels that one of the languages lacks."""
    lacking = [not all(category.label.zh for category in one.categories), not all(c.label.en for c in one.categories)]
    keys = [key for key, lacks in zip(("categories", "categories_en"), lacking, strict=True) if lacks]
    return replace(one, undecided=(*one.undecided, *keys))


_MAKERS: Mapping[str, Callable[[Question, Form], _Drafts]] = {
    "select_one": _one_choice,
    "select_multiple": _several_choices,
    "geopoint": _point,
}
