"""Primary, secondary and exploratory analyses apart, and what was added to the plan after it was locked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from liandong.present.binding import DATE
from liandong.present.bound_rows import bind_text
from liandong.present.dates import long_date
from liandong.present.facts import Facts, Row
from liandong.present.phrases_verdict import cannot_carry, carries_nothing
from liandong.present.words import coded, joined, known, sentences, word

ROLES: Final = ("primary", "secondary", "exploratory")
_MARKED: Final = ("added", "changed")


def effects_by_role(facts: Facts) -> list[Row]:
    """Return the effects that have estimates, the primary first."""
    return sorted(facts.effects, key=lambda effect: ROLES.index(effect["role"]))


def headline_effects(facts: Facts) -> list[Row]:
    """Return the primary effects, or all of a study that names none as primary: what long tables are confined to."""
    return [effect for effect in facts.effects if effect["role"] == "primary"] or facts.effects


def mediations(facts: Facts, role: str | None = None) -> list[str]:
    """Return the mediations that have rows, of one role or of all."""
    rows = facts.rows("mediation")
    return [*dict.fromkeys(row["mediation"] for row in rows if role in {None, row["role"]})]


def roles(facts: Facts) -> list[str]:
    """Return the roles that the results have, in order."""
    found = {effect["role"] for effect in facts.effects} | {row["role"] for row in facts.rows("mediation")}
    return [role for role in ROLES if role in found]


def status(facts: Facts, kind: str, item: str) -> str:
    """Return how an analysis stands to the locked plan, empty where nobody knows."""
    return next((str(row["status"]) for row in facts.rows("plan", kind=kind, item=item)), "")


def mark(facts: Facts, kind: str, item: str) -> str:
    """Return the visible mark of an analysis that the locked plan did not have like this, else nothing."""
    found = status(facts, kind, item)
    return word(facts.lang, f"mark_{found}") if found in _MARKED else ""


def marked_title(facts: Facts, effect: Row) -> str:
    """Return the title of an effect with role and mark, for captions: whoever sees one table sees what it is worth."""
    title = word(facts.lang, "with_role", title=facts.text(effect["title"]), role=_role(facts, effect))
    return title + mark(facts, "effect", effect["id"])


def plain_title(facts: Facts, effect: Row) -> str:
    """Return the title of an effect with its mark alone, for a heading below that of the role."""
    return facts.text(effect["title"]) + mark(facts, "effect", effect["id"])


def model_title(facts: Facts, effect: Row, outcome: str) -> str:
    """Return "treatment → outcome" with role and mark: whoever reads one row of a table sees what it is worth."""
    named = f"{facts.title(effect['treatment'])} → {facts.title(outcome)}"
    titled = word(facts.lang, "with_role", title=named, role=_role(facts, effect, outcome))
    return titled + mark(facts, "effect", effect["id"])


def models_title(facts: Facts, effect: Row, outcomes: Sequence[str]) -> str:
    """Return the same for several outcomes of a treatment, without the verdict: for a text that is about it."""
    titles = joined(facts.lang, [facts.title(outcome) for outcome in outcomes])
    role = word(facts.lang, f"role_{effect['role']}")
    named = word(facts.lang, "with_role", title=f"{facts.title(effect['treatment'])} → {titles}", role=role)
    return named + mark(facts, "effect", effect["id"])


def treatment_title(facts: Facts, effect: Row) -> str:
    """Return the treatment of an effect with role and mark, to head the rows of its outcomes."""
    titled = word(facts.lang, "with_role", title=facts.title(effect["treatment"]), role=_role(facts, effect))
    return titled + mark(facts, "effect", effect["id"])


def outcome_title(facts: Facts, effect: Row, outcome: str) -> str:
    """Return an outcome below its treatment; marked where the design carries this one no conclusion, but others."""
    title = facts.title(outcome)
    if cannot_carry(facts, effect, outcome) and not carries_nothing(facts, effect):
        return word(facts.lang, "with_cannot", title=title)
    return title


def models(facts: Facts, table: str) -> Iterator[tuple[Row, str, list[Row]]]:
    """Yield effect, outcome and rows of `table` for each model that it holds, the primary ones first."""
    for effect in effects_by_role(facts):
        for outcome in effect["outcomes"]:
            rows = facts.rows(table, effect=effect["id"], outcome=outcome)
            if rows:
                yield effect, outcome, rows


def marked_note(facts: Facts, note: str, kind: str = "", item: str = "") -> str:
    """Return a note that also explains the mark, if the analysis has one; without an item, if any has."""
    marked = bool(mark(facts, kind, item)) if item else any(row["status"] in _MARKED for row in facts.rows("plan"))
    return sentences(facts.lang, [note, word(facts.lang, "note_marked")]) if marked else note


def analysis_title(facts: Facts, kind: str, item: str) -> str:
    """Return the title of an item of the plan as the manifest has it, or its name."""
    entries = {"effect": "effects", "family": "families", "mediation": "mediations", "multiverse": "multiverses"}
    for entry in facts.manifest.get(entries.get(kind, ""), ()):
        if entry.get("id", entry.get("effect")) == item:
            if entry.get("title"):
                return facts.text(entry["title"])
            return next((facts.text(e["title"]) for e in facts.manifest.get("effects", ()) if e["id"] == item), item)
    return facts.own(facts.labels.get((kind, item, ""), (item, ""))[0])


def lock_dates(facts: Facts) -> list[str]:
    """Return the days on which the plan was locked, as ISO dates; none where it was not, or nobody knows."""
    return sorted({str(row["locked_on"]) for row in facts.rows("plan") if row["locked_on"]})


def lock_text(facts: Facts) -> str:
    """Return the last of these days in the long form of the language; empty without any."""
    rows = sorted((row for row in facts.rows("plan") if row["locked_on"]), key=lambda row: str(row["locked_on"]))
    last = next((row for row in rows if row["locked_on"] == rows[-1]["locked_on"]), None)
    return "" if last is None else bind_text(long_date(last["locked_on"], facts), last, "locked_on", DATE)


def status_text(facts: Facts, code: str) -> str:
    """Return a status of the plan in words."""
    return coded(facts.lang, "status", code)


def kind_text(facts: Facts, code: str) -> str:
    """Return a kind of analysis in words."""
    return word(facts.lang, f"kind_{code}") if known(f"kind_{code}") else code


def _role(facts: Facts, effect: Row, outcome: str = "") -> str:
    """Return the role, and that the design carries no conclusion: on `outcome`, or on any where none is named."""
    role = word(facts.lang, f"role_{effect['role']}")
    stuck = cannot_carry(facts, effect, outcome) if outcome else carries_nothing(facts, effect)
    return word(facts.lang, "role_cannot", role=role) if stuck else role
