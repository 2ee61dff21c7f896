"""A draft as scales.yaml and indicators.yaml: blocks that may be scales, and counts of the closed questions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from liandong.scaffold.answers import is_arbitrary
from liandong.scaffold.draft import Draft, DraftField, DraftScale, DraftText
from liandong.scaffold.naming import unique
from liandong.scaffold.yaml_text import comments, entry, one_line, scalar

MOST_INDICATORS = 80
_MOST_BARS = 12
_PAIR = 2
_NO_QUESTION = {"id", "cluster", "stratum", "weight", "paradata", "item"}
_GROUPS = {
    "profile": {"zh": "受访者概况", "en": "Profile of the respondents"},
    "outcomes": {"zh": "全部问题", "en": "All questions"},
}


def scales_yaml(draft: Draft) -> str | None:
    """Return the content of scales.yaml; None when no block of questions looks like a scale."""
    if not draft.scales:
        return None
    head = [
        "# guess: blocks of neighbouring questions that are answered on one ladder. Whether a block is a scale, which",
        "# items are reversed and which published instrument it follows, only the authors of the questionnaire know.",
        "scales:",
    ]
    lines = [f"  {line}" for scale in draft.scales for line in (*_scale(draft, scale), "")]
    return "\n".join([*head, *lines[:-1]]).replace("\n  \n", "\n\n") + "\n"


def _scale(draft: Draft, scale: DraftScale) -> list[str]:
    answered = max(1, -(-3 * len(scale.items) // 4))  # three quarters, the usual rule of thumb
    undecided = ["items", "reversed", "minimum_answered", "higher_means", "source"]
    undecided[:0] = ["title"] if not (scale.title.zh and scale.title.en) else []
    source = {
        "citation": f"undecided: drafted from {draft.source}; name the published instrument, or say that it is new"
    }
    return [
        f"- id: {scalar(scale.id)}",
        *comments(scale.remarks, 2),
        *entry("title", _both(scale.title, scale.id), 2),
        *entry("items", list(scale.items), 2),
        *(entry("reversed", list(scale.reversed), 2, "guess") if scale.reversed else []),
        *entry("range", list(scale.range), 2),
        "  scoring: mean",
        f"  minimum_answered: {answered}",
        *entry("higher_means", {"zh": "待定：得分高表示什么", "en": "undecided: what a high score means"}, 2),
        *entry("source", source, 2),
        *entry("undecided", undecided, 2),
    ]


def indicators_yaml(draft: Draft) -> str | None:
    """Return the content of indicators.yaml: the distribution of each closed question; None without any."""
    found = [*_distributions(draft), *_shares(draft)]
    if not found:
        return None
    taken = {one.name for one in draft.fields} | {scale.id for scale in draft.scales}
    names = unique([f"n_{indicator['id']}" if indicator["id"] in taken else indicator["id"] for indicator in found])
    left_out = len(found) - MOST_INDICATORS
    head = ["# Counts of the closed questions, so that the first run shows something. Choose those that matter, and",
        "# write down for each where its definition comes from."]  # fmt: skip
    head += [f"# {left_out} further questions are left out here."] if left_out > 0 else []
    lines = [*head, "groups:", *(line for key, words in _GROUPS.items() for line in entry(key, words, 2))]
    lines.append("indicators:")
    source = f"&draft {{citation: {scalar(f'No published definition: drafted from {one_line(draft.source)}')}}}"
    for indicator, name in list(zip(found, names, strict=True))[:MOST_INDICATORS]:
        lines.append(f"  - id: {scalar(name)}")
        lines += [line for key, value in indicator.items() if key != "id" for line in entry(key, value, 4)]
        lines += [f"    source: {source}", ""]
        source = "*draft"
    return "\n".join(lines[:-1]) + "\n"


def _distributions(draft: Draft) -> list[dict[str, Any]]:
    members = {name for one in draft.sets for name in one.fields}
    return [
        {"id": f"{one.name.lower()}_share", "group": _group(one), "title": _both(one.title, one.name),
         "kind": "distribution", "numerator": one.name}
        for one in draft.fields
        if one.name not in members and one.pii is None and "pii" not in one.undecided and _is_closed(one)
        and not is_arbitrary(one)  # nobody knows what such words are, and a distribution prints them
    ]  # fmt: skip


def _shares(draft: Draft) -> list[dict[str, Any]]:
    """Return the share of yes for each option of the questions with several answers."""
    fields = {one.name: one for one in draft.fields}
    found = []
    for group in draft.sets:
        for name in group.fields if group.counted is not None else ():
            one = fields[name]
            if one.type in {"integer", "number"} and not isinstance(group.counted, str | bool):
                found.append({"id": f"{name.lower()}_share", "group": _group(one), "title": _both(one.title, name),
                              "numerator": f"{name} == {scalar(group.counted)}"})  # fmt: skip
    return found


def _is_closed(one: DraftField) -> bool:
    return _PAIR <= len(one.categories) <= _MOST_BARS and one.role not in _NO_QUESTION


def _group(one: DraftField) -> str:
    return "profile" if one.role == "demographic" else "outcomes"


def _both(words: DraftText, name: str) -> dict[str, str]:
    return {"zh": words.zh or words.en or name, "en": words.en or name}


def closed_fields(fields: Sequence[DraftField]) -> list[DraftField]:
    """Return the closed questions that an example of an effect can be made of."""
    return [one for one in fields if _is_closed(one) and one.type == "integer"]
