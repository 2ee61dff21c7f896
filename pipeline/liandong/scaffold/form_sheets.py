"""The sheets of an XLSForm as questions and choices: names of columns, languages and types put into one form.

The format is that of https://xlsform.org (sheets survey, choices and settings; groups and repeats by ``begin …`` and
``end …``; translations in columns such as ``label::中文 (zh)``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from liandong.scaffold.draft import DraftText

Sheet = Sequence[Mapping[str, str]]
NO_WORDS = DraftText()

_OLD_NAMES: Mapping[str, str] = {
    "relevance": "relevant",
    "caption": "label",
    "value": "name",
    "list name": "list_name",
    "image": "media",
    "constraint message": "constraint_message",
    "constraint-msg": "constraint_message",
    "choice filter": "choice_filter",
    "read only": "readonly",
}
_OLD_TYPES: Mapping[str, str] = {
    "string": "text",
    "int": "integer",
    "begin_lgroup": "begin_repeat",
    "gps": "geopoint",
    "location": "geopoint",
    "datetime": "dateTime",
    "phone_number": "phonenumber",
    "uuid": "deviceid",
    "add_note_prompt": "note",
}
_TRUE = {"yes", "true", "true()", "1"}
_LANGUAGE = re.compile(r"^(?P<column>[\w ]+?)\s*::?\s*(?P<language>.+)$")
_CHINESE = ("zh", "cn", "chinese", "中文", "汉", "普通话")
_ENGLISH = ("en", "english", "英")
_MARKUP = re.compile(r"<[^>]{1,200}>|\*\*|__|^#+\s*", re.MULTILINE)
_REFERENCE = re.compile(r"\$\{[^}]*\}")


class FormError(ValueError):
    """A workbook that is no sound XLSForm; the message says where and why."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer of a list; `given` are the further columns of its row, by which cascades are filtered."""

    name: str
    label: DraftText
    given: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Question:
    """One row of the sheet survey.

    Attributes
    ----------
    type
        The first word of its type, underscores for spaces: ``select_one``, ``begin_group`` …
    list_name
        Of a choice question, the list of its choices or the file that holds them.
    or_other
        Whether one more answer is free text.
    groups
        Names of the groups and repeats around it, outermost first.
    repeat
        Name of the innermost repeat around it, empty outside.
    relevant
        Its own condition and those of the groups around it (as far as they lie in the same repeat).
    parameters
        As ``start=0 end=10 step=1`` of a range.
    """

    type: str
    name: str
    label: DraftText
    list_name: str = ""
    or_other: bool = False
    groups: tuple[str, ...] = ()
    repeat: str = ""
    relevant: tuple[str, ...] = ()
    constraint: str = ""
    constraint_message: DraftText = NO_WORDS
    required: str = ""
    calculation: str = ""
    choice_filter: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_required(self) -> bool:
        """Whether it always is, where it is asked."""
        return self.required.lower() in _TRUE


@dataclass(frozen=True, slots=True)
class Form:
    """A form.

    Attributes
    ----------
    title, form_id, version
        Of the sheet settings, empty where it does not say.
    questions
        In order, groups and repeats among them.
    choices
        List → its choices in order; in a cascade one name may stand several times, under different parents.
    """

    title: str
    form_id: str
    version: str
    questions: tuple[Question, ...]
    choices: Mapping[str, tuple[Choice, ...]]


def read_form(survey: Sheet, choices: Sheet, settings: Sheet) -> Form:
    """Return the form that the three sheets hold; `settings` may be empty.

    Raises
    ------
    FormError
        When the sheet survey has no column type, a question no name, two questions of one place the same name, a group
        or repeat no end, a list that is not there, or one name two labels in a list.
    """
    rows = [_named(row) for row in survey]
    if not any("type" in row for row in rows):
        raise FormError("the sheet 'survey' has no column 'type'")
    told = _named(settings[0]) if settings else {}
    questions = tuple(_questions(rows, _default_language(told)))
    _check_names(questions)
    lists = _choices([_named(row) for row in choices], _default_language(told))
    _check_lists(questions, lists)
    return Form(
        title=told.get("form_title", ""),
        form_id=told.get("form_id", ""),
        version=told.get("version", ""),
        questions=questions,
        choices=lists,
    )


def _named(row: Mapping[str, str]) -> dict[str, str]:
    """Return a row under the current names of its columns, without what is empty."""
    found = {}
    for column, value in row.items():
        text = value.strip()
        name = column.strip()
        base, _, rest = name.partition("::")
        known = _OLD_NAMES.get(base.strip().lower(), base.strip().lower())
        if text:
            found[f"{known}::{rest.strip()}" if rest else known] = text
    return found


def _default_language(settings: Mapping[str, str]) -> str:
    return _language(settings.get("default_language", "")) or "zh"


def _language(name: str) -> str:
    lowered = name.lower()
    if any(word in lowered for word in _CHINESE):
        return "zh"
    return "en" if any(word in lowered for word in _ENGLISH) else ""


def _words(row: Mapping[str, str], column: str, default: str) -> DraftText:
    """Return a translated text; one without a language is Chinese when it has Chinese characters, else English."""
    found: dict[str, str] = {}
    for name, value in row.items():
        parts = _LANGUAGE.match(name)
        if parts is not None and parts["column"].strip() == column:
            found.setdefault(_language(parts["language"]) or default, _clean(value))
    if column in row:
        text = _clean(row[column])
        found.setdefault("zh" if re.search(r"[\u4e00-\u9fff]", text) else "en", text)
    return DraftText(found.get("zh", ""), found.get("en", ""))


def _clean(text: str) -> str:
    """Return a label without markup, references to other answers shown as an ellipsis."""
    return re.sub(r"\s+", " ", _MARKUP.sub("", _REFERENCE.sub("…", text))).strip()


@dataclass(frozen=True, slots=True)
class _Around:
    """What stands around a question."""

    kind: str
    name: str
    relevant: str


def _questions(rows: Sequence[Mapping[str, str]], default: str) -> Iterator[Question]:
    around: list[_Around] = []
    for position, row in enumerate(rows, start=2):
        if "type" not in row or row["type"].startswith("#"):
            continue
        question = _question(row, default)
        if question.type.startswith("end_"):
            kind = question.type.removeprefix("end_")
            if not around or around[-1].kind != kind:
                raise FormError(f"row {position} or so of the sheet 'survey' ends a {kind} that was not begun")
            around.pop()
            continue
        if not question.name and question.type != "note":
            raise FormError(f"row {position} or so of the sheet 'survey' ({row['type']}) has no name")
        yield _placed(question, around)
        if question.type in {"begin_group", "begin_repeat"}:
            around.append(_Around(question.type.removeprefix("begin_"), question.name, row.get("relevant", "")))
    if around:
        raise FormError(f"the {around[-1].kind} {around[-1].name!r} of the sheet 'survey' has no end")


def _placed(question: Question, around: Sequence[_Around]) -> Question:
    repeats = [place for place, one in enumerate(around) if one.kind == "repeat"]
    inner = around[repeats[-1] + 1 :] if repeats else around
    conditions = [one.relevant for one in inner if one.relevant]
    return replace(
        question,
        groups=tuple(one.name for one in around),
        repeat=around[repeats[-1]].name if repeats else "",
        relevant=(*conditions, *question.relevant),
    )


def _question(row: Mapping[str, str], default: str) -> Question:
    words = re.sub(r"\b(begin|end|select)\s+", r"\1_", row["type"].strip(), flags=re.IGNORECASE).split()
    kind = words[0].lower().replace("select_multiple_from_file", "select_multiple")
    kind = {"select_one_from_file": "select_one", "select_all_that_apply": "select_multiple"}.get(kind, kind)
    kind = {"begin_loop": "begin_repeat", "end_loop": "end_repeat"}.get(kind, kind)
    own = row.get("relevant", "")
    return Question(
        type=_OLD_TYPES.get(kind, kind),
        name=row.get("name", ""),
        label=_words(row, "label", default),
        list_name=words[1] if len(words) > 1 and kind.startswith(("select", "rank")) else "",
        or_other="or_other" in words[2:] or row["type"].lower().endswith(("or specify other", "or other")),
        relevant=(own,) if own else (),
        constraint=row.get("constraint", ""),
        constraint_message=_words(row, "constraint_message", default),
        required=row.get("required", ""),
        calculation=row.get("calculation", ""),
        choice_filter=row.get("choice_filter", ""),
        parameters=dict(pair.split("=", 1) for pair in re.split(r"[\s,;]+", row.get("parameters", "")) if "=" in pair),
    )


def _choices(rows: Sequence[Mapping[str, str]], default: str) -> dict[str, tuple[Choice, ...]]:
    lists: dict[str, list[Choice]] = {}
    for row in rows:
        if "list_name" in row and "name" in row:
            given = {key: value for key, value in row.items() if key not in {"list_name", "name"}}
            choice = Choice(row["name"], _words(row, "label", default), given)
            lists.setdefault(row["list_name"], []).append(choice)
    return {name: tuple(entries) for name, entries in lists.items()}


def _check_names(questions: Sequence[Question]) -> None:
    seen: set[tuple[str, str]] = set()
    for question in questions:
        place = (question.repeat, question.name.lower())
        if question.name and place in seen and not question.type.startswith("begin_"):
            raise FormError(f"the sheet 'survey' has two questions called {question.name!r}")
        seen.add(place)


def _check_lists(questions: Sequence[Question], lists: Mapping[str, Sequence[Choice]]) -> None:
    for question in questions:
        if not question.list_name or is_external(question.list_name):
            continue
        if question.list_name not in lists:
            raise FormError(
                f"{question.name!r} takes its answers from the list {question.list_name!r}, which the sheet 'choices' "
                "does not have"
            )
        labels: dict[str, DraftText] = {}
        for choice in lists[question.list_name]:
            if labels.setdefault(choice.name, choice.label) != choice.label and not question.choice_filter:
                raise FormError(f"the list {question.list_name!r} has {choice.name!r} with two labels")


def is_external(list_name: str) -> bool:
    """Whether the choices stand in a file of their own, or in the answers to a repeat."""
    return "." in list_name or "${" in list_name
