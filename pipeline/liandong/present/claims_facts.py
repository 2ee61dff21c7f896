"""What the audit of published figures reads: the claims in their order, with checks, calculations and verdicts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

from liandong.definitions import Language
from liandong.evidence import Bundle
from liandong.present.facts import Facts, Row, read_facts
from liandong.present.words import coded, word

OVERALL: Final = "overall"
VERDICTS: Final = ("contradicted", "doubtful", "supported", "consistent", "not_checkable")
"""In the order of the report: what needs attention comes first."""
DERIVED: Final = "derived"
"""The class of what the study never published and the audit calculates from its figures: none of the verdicts."""
WITH_DATA: Final = ("reproduction", "order", "denominator")
"""Checks that hold a figure against the data."""
NO_DATA: Final = "reproduction_no_data"
"""The reason of a check that nobody could make: there are no data."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A published figure and all that is known of it.

    Attributes
    ----------
    number
        In the order of the manifest, from 1: how tables and cards name it.
    about
        What the manifest says: wording, n, source, quantity.
    overall
        The row that carries the verdict.
    checks
        The rows of the single checks, in their order.
    values
        Check → name → number, the steps of each calculation in their order.
    """

    number: int
    about: Mapping[str, Any]
    overall: Row
    checks: tuple[Row, ...]
    values: Mapping[str, Mapping[str, Any]]

    @property
    def id(self) -> str:
        """The name of the claim in claims.yaml."""
        return str(self.overall["claim"])

    @property
    def verdict(self) -> str:
        """One of the five."""
        return str(self.overall["verdict"])

    @property
    def is_derived(self) -> bool:
        """Whether the figure was never published, and is calculated here from others."""
        return str(self.overall["reason"]) == f"overall_{DERIVED}"

    @property
    def standing(self) -> str:
        """The verdict, or that the figure is calculated here."""
        return DERIVED if self.is_derived else self.verdict

    @property
    def deciding(self) -> Row:
        """The row of the check that decides; the verdict's own row where it names none."""
        named = _key(self.overall["found_in"]).get("check")
        found = [row for row in self.checks if row["check"] == named]
        alike = [row for row in self.checks if row["verdict"] == self.verdict]
        return (found or alike or [self.overall])[0]

    @property
    def shown(self) -> tuple[Row, ...]:
        """The checks that say something: that there are no data is said once, unless it is all there is to say."""
        said = tuple(row for row in self.checks if row["reason"] != NO_DATA)
        return said or self.checks

    def row(self, check: str) -> Row | None:
        """Return the row of a check, None where it was not made."""
        return next((row for row in self.checks if row["check"] == check), None)


@dataclass(frozen=True, slots=True)
class Audited:
    """The facts of a bundle and its claims."""

    facts: Facts
    claims: tuple[Claim, ...]

    @property
    def lang(self) -> Language:
        """The page's language."""
        return self.facts.lang

    @property
    def sections(self) -> list[tuple[str, list[Claim]]]:
        """Titles of sections and their claims, each section where its first claim stands."""
        titles = dict.fromkeys(section_title(self.facts, claim) for claim in self.claims)
        return [(title, [one for one in self.claims if section_title(self.facts, one) == title]) for title in titles]

    @property
    def made(self) -> list[str]:
        """The checks that at least one claim had, in the order in which claims have them."""
        rows = [row for claim in self.claims for row in claim.checks]
        return [*dict.fromkeys(row["check"] for row in rows if row["reason"] != NO_DATA)]

    @property
    def checked(self) -> list[Claim]:
        """The figures that were published, which are those that are checked."""
        return [claim for claim in self.claims if not claim.is_derived]

    def row(self, claim: Claim, row: Row) -> Mapping[str, Any]:
        """Return a check with the unit of the figures that it compares, where the claim, in words, has none itself."""
        if row["unit"] or row["check"] != "order":
            return row
        about = claim.about
        named = [about.get("start"), about.get("end")]
        for group in about.get("order") or ():
            named += [group] if isinstance(group, str) else group
        others = [self.claim(name) for name in named if isinstance(name, str)]
        units = {str(other.overall["unit"] or "") for other in others if other is not None and other.id != claim.id}
        single = units - {""}
        return {**row, "unit": single.pop()} if len(single) == 1 else row

    def claim(self, name: str) -> Claim | None:
        """Return the claim of that name, None where there is none."""
        return next((claim for claim in self.claims if claim.id == name), None)

    def wording(self, claim: Claim) -> str:
        """Return the claim as the study gives it, or its name."""
        return self.facts.text(claim.about.get("wording")) or self.title(claim)

    def title(self, claim: Claim) -> str:
        """Return the quantity that the claim is about, where the bundle has a title for it; else its name."""
        quantity = claim.about.get("quantity") or {}
        if quantity.get("indicator"):
            return self.facts.title(quantity["indicator"])
        if quantity.get("outcome"):
            return self.facts.title(quantity["outcome"])
        return claim.id


def read_audited(bundle: Bundle, lang: Language) -> Audited:
    """Return the claims of `bundle`; RenderError as :func:`liandong.present.facts.read_facts`."""
    facts = read_facts(bundle, lang)
    return Audited(facts, tuple(_claims(facts)))


def section_title(facts: Facts, claim: Claim) -> str:
    """Return the title of the section of a claim, empty for none."""
    section = claim.about.get("section")
    if isinstance(section, Mapping):
        return facts.text(section)
    return coded(facts.lang, "claim_section", str(section)) if section else ""


def source_text(facts: Facts, about: Mapping[str, Any]) -> str:
    """Return where a figure was published: title and page."""
    source = about.get("source") or {}
    title = source.get("title") or ""
    said = facts.text(title) if isinstance(title, Mapping) else str(title)
    page = source.get("page")
    if not page:
        return said
    numbered = str(page)[0].isdigit()
    return word(facts.lang, "claim_source_page" if numbered else "claim_source_place", title=said, page=str(page))


def _claims(facts: Facts) -> Iterable[Claim]:
    told = {about["id"]: about for about in facts.manifest.get("claims") or ()}
    rows = {name: [*found] for name, found in groupby(facts.rows("claims"), key=lambda row: str(row["claim"]))}
    values = _values(facts.rows("claim_values"))
    order = [*(name for name in told if name in rows), *(name for name in rows if name not in told)]
    for number, name in enumerate(order, start=1):
        overall = next((row for row in rows[name] if row["check"] == OVERALL), rows[name][-1])
        checks = tuple(row for row in rows[name] if row["check"] != OVERALL)
        yield Claim(number, told.get(name, {}), overall, checks, values.get(name, {}))


def _values(rows: Sequence[Row]) -> dict[str, dict[str, dict[str, Any]]]:
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["claim"], {}).setdefault(row["check"], {})[row["name"]] = row["value"]
    return found


def _key(found_in: str | None) -> dict[str, str]:
    """Return the key of a row that is named as "claims: claim=a; check=b"."""
    _, _, key = (found_in or "").partition(": ")
    return dict(part.split("=", 1) for part in key.split("; ") if "=" in part)
