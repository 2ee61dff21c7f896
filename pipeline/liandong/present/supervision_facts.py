"""What the page of field supervision reads: the bundle's facts, and the tables that name rows and people."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from liandong.definitions import Language
from liandong.evidence import RESTRICTED_TABLES, Bundle
from liandong.present.facts import Facts, Row, read_facts
from liandong.present.numbers import NOT_APPLICABLE
from liandong.present.words import joined

SEVERITIES: Final = (1, 2, 3)
TODAY, ASK, WATCH = SEVERITIES
_SEPARATOR = "; "
_BY_RULE: Final = ("rejected", "broken_rules", "contradictions")  # checks whose findings name rules
_CASE: Final = ("check", "row", "field", "value", "interviewer", "community")


@dataclass(frozen=True, slots=True)
class Supervised:
    """The facts of a bundle, and the rows of its restricted tables.

    Attributes
    ----------
    facts
        Labels, manifest and public tables.
    records
        Restricted table → rows.
    checks
        Check → its row in the public table of checks.
    rules
        Rule → title.
    actions
        Check → what is to be done about every case of it, where that can be said once.
    told
        Case → what was found and what to do, for the cases that the list of what to do has.
    cases
        ``interviewer`` or ``community``, and whose → all findings about it.
    measures
        Interviewer → how he or she compares with the others.
    """

    facts: Facts
    records: Mapping[str, list[Row]]
    checks: Mapping[str, Row]
    rules: Mapping[str, str]
    actions: Mapping[str, str]
    told: Mapping[tuple[Any, ...], str]
    cases: Mapping[tuple[str, str], list[Row]]
    measures: Mapping[str, list[Row]]

    @property
    def lang(self) -> Language:
        """The page's language."""
        return self.facts.lang

    def rows(self, table: str, /, **key: Any) -> list[Row]:
        """Return the rows of a restricted table that agree with `key`, in their order."""
        return [row for row in self.records[table] if all(row[name] == value for name, value in key.items())]

    def check_title(self, name: str) -> str:
        """Return the title of a check in the page's language; KeyError for one that there is not."""
        return str(self.checks[name][f"title_{self.lang}"])

    def field_titles(self, names: str | None) -> str:
        """Return the titles of fields that are joined by "; " or "+"."""
        parts = (names or "").replace("+", _SEPARATOR).split(_SEPARATOR)
        return joined(self.lang, [self.facts.title(name) for name in parts if name])

    def person(self, value: str | None) -> str:
        """Return the label of an interviewer where the codebook has one, or the code; "—" for nobody."""
        return self._labelled("interviewer", value)

    def place(self, value: str | None) -> str:
        """Return the label of a community where the codebook has one, or the code; "—" for none."""
        return self._labelled("community", value)

    def found(self, case: Row) -> str:
        """Return what was found in one case, without what to do about it."""
        text = self.told.get(_case(case))
        if text is not None:
            action = self.actions.get(case["check"])
            return text if action is None else text[: -len(action)].rstrip("：: ")
        if case["check"] in _BY_RULE:
            names = (case["value"] or "").split(_SEPARATOR)
            return joined(self.lang, [self.rules.get(name, name) for name in names if name]) or NOT_APPLICABLE
        colon = "：" if self.lang == "zh" else ": "
        parts = [part for part in (self.field_titles(case["field"]), case["value"]) if part]
        return colon.join(parts) or NOT_APPLICABLE

    def number_of_cases(self, what: str, whose: str, severity: int) -> int:
        """Return how many findings of one severity concern an interviewer or a community."""
        return sum(case["severity"] == severity for case in self.cases.get((what, whose), ()))

    def _labelled(self, what: str, value: str | None) -> str:
        if not value:
            return NOT_APPLICABLE
        column = (self.facts.manifest.get("fieldwork") or {}).get(what)
        label = self.facts.level(column, value) if column else value
        return value if label == value else f"{value} {label}"


def read_supervised(bundle: Bundle, lang: Language) -> Supervised:
    """Return what the page of field supervision reads of `bundle`; RenderError as :func:`read_facts`."""
    facts = read_facts(bundle, lang, bound=False)
    records: dict[str, list[Row]] = {n: [*bundle.restricted_table(n).rows(named=True)] for n in RESTRICTED_TABLES}
    cases: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for finding in records["findings"]:
        for what in ("interviewer", "community"):
            if finding[what]:
                cases[what, finding[what]].append(finding)
    measures: dict[str, list[Row]] = defaultdict(list)
    for row in records["interviewer_measures"]:
        measures[row["interviewer"]].append(row)
    return Supervised(
        facts=facts,
        records=records,
        checks={row["check"]: row for row in facts.rows("checks")},
        rules={row["rule"]: str(row[f"title_{lang}"]) for row in records["breaches"]},
        actions=_actions(records["to_do"], lang),
        told={_case(row): str(row[f"what_{lang}"] or "") for row in records["to_do"]},
        cases=dict(cases),
        measures=dict(measures),
    )


def _case(row: Row) -> tuple[Any, ...]:
    return tuple(row[name] for name in _CASE)


def _actions(to_do: Sequence[Row], lang: Language) -> dict[str, str]:
    """Return the words after the last colon of each check's cases, where all agree and they hold no number."""
    colon = "：" if lang == "zh" else ": "
    ends: dict[str, set[str]] = defaultdict(set)
    for row in to_do:
        before, _, after = str(row[f"what_{lang}"] or "").rpartition(colon)
        ends[row["check"]].add(after if before and not any(c.isdigit() for c in after) else "")
    return {check: next(iter(found)) for check, found in ends.items() if len(found) == 1 and found != {""}}
