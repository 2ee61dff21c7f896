"""Cascades: which choices a form offers after an earlier answer (villages of the district given), as a rule."""

from __future__ import annotations

import re
from collections.abc import Mapping

from liandong.scaffold.draft import DraftField, DraftRule, DraftText
from liandong.scaffold.form_expressions import Answer
from liandong.scaffold.form_sheets import Choice, Form, Question
from liandong.scaffold.naming import slug

_FILTER = re.compile(r"^\s*(?:(\w+)\s*=\s*\$\{(\w+)\}|\$\{(\w+)\}\s*=\s*(\w+))\s*$")
_LONGEST = 1_900  # an expression may have 2,000 characters


def cascade_rule(question: Question, one: DraftField, form: Form, answers: Mapping[str, Answer]) -> DraftRule | None:
    """Return the rule that a choice goes with the earlier answer; None where filter or list are of another kind.

    Parameters
    ----------
    question, one
        A question with ``choice_filter`` and the field that holds its answer.
    form
        For its lists.
    answers
        Question → what holds its answer.
    """
    found = _FILTER.match(question.choice_filter)
    if found is None:
        return None
    column, asked = (found[1], found[2]) if found[1] else (found[4], found[3])
    parent = answers.get(asked)
    choices = form.choices.get(question.list_name, ())
    if parent is None or not parent.name or not all(choice.given.get(column) for choice in choices):
        return None
    check = " or ".join(
        f"({parent.name} == {_literal(value, parent.is_text)} and {one.name} in [{_listed(offered, one)}])"
        for value, offered in _by_parent(choices, column).items()
    )
    if not check or len(check) > _LONGEST or any("'" in choice.name for choice in choices):
        return None
    words = (question.label.zh or question.name, question.label.en or question.name)
    title = DraftText(
        f"“{words[0]}”的答案须与前面的答案相配", f"The answer to “{words[1]}” must go with the earlier one"
    )
    return DraftRule(f"{slug(question.name)}_choice", title, check, "warn")


def _by_parent(choices: tuple[Choice, ...], column: str) -> dict[str, list[str]]:
    offered: dict[str, list[str]] = {}
    for choice in choices:
        offered.setdefault(choice.given[column], []).append(choice.name)
    return offered


def _listed(names: list[str], one: DraftField) -> str:
    return ", ".join(_literal(name, one.type == "string") for name in names)


def _literal(value: str, is_text: bool) -> str:  # noqa: FBT001 (a property of the field)
    return f"'{value}'" if is_text else value
