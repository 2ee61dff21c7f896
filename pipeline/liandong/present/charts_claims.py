"""Figures of the audit: published figures beside what the data give, section by section."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

from liandong.definitions import Language
from liandong.evidence import Bundle
from liandong.present.canvas import Dot, dot_rows
from liandong.present.charts import in_style
from liandong.present.claims_facts import Audited, Claim, read_audited
from liandong.present.claims_tables import short
from liandong.present.claims_values import figure, number
from liandong.present.facts import Row
from liandong.present.figures import Figure, save_share
from liandong.present.marks import unmarked
from liandong.present.words import word

_FEWEST: Final = 2
_MOST: Final = 40
_NAME: Final = 26.0  # em
_DATA, _PUBLISHED = range(2)
_SHIFT: Final = 0.05
_KINDS: Final = {"percent": ("percent",), "coefficients": ("coefficient", "difference")}


def claim_figures(page: Audited) -> dict[str, Figure]:
    """Return the figures that the claims allow, by name: percentages, and coefficients with differences."""
    return dict(_figures(page))


def draw_claims(
    bundle: Bundle, folder: Path, languages: Sequence[Language], *, share: tuple[int, int] = (0, 1)
) -> list[Path]:
    """Draw every figure of the audit; parameters and errors as :func:`liandong.present.draw_figures`."""
    figures = ((lang, one) for lang in languages for one in claim_figures(read_audited(bundle, lang)).values())
    return save_share(figures, folder, share)


def _figures(page: Audited) -> Iterator[tuple[str, Figure]]:
    for name, kinds in _KINDS.items():
        claims = [claim for _, found in page.sections for claim in found if _is_drawn(claim, kinds)][:_MOST]
        if len(claims) >= _FEWEST:
            caption = unmarked(word(page.lang, f"claim_figure_{name}"))
            yield name, Figure(f"claims-{name}", caption, _alt(page, claims), partial(_chart, page, claims))


def _is_drawn(claim: Claim, kinds: Sequence[str]) -> bool:
    """Whether a published figure, which has to be one number, stands beside one from the data."""
    row = claim.row("reproduction")
    known = row is not None and row["recomputed"] is not None
    return known and claim.overall["kind"] in kinds and _published(claim) is not None


def _published(claim: Claim) -> float | None:
    row, values = claim.row("reproduction"), claim.values.get("reproduction", {})
    if row is None:
        return None
    value = values.get("published", values.get("coefficient"))
    return None if value is None else float(value)


@in_style()
def _chart(page: Audited, claims: Sequence[Claim]) -> Any:
    """Return dots with intervals from the data, and below each a diamond for what was published."""
    lang = page.lang
    dots = [dot for at, claim in enumerate(claims) for dot in _dots(claim, at)]
    simulated = bool(page.facts.study.get("simulated"))
    kinds = [
        word(lang, "claim_legend_found_simulated" if simulated else "claim_legend_found"),
        word(lang, "claim_legend_published"),
    ]
    percent = claims[0].overall["kind"] == "percent"
    starts = [sum(len([one for one in found if one in claims]) for _, found in page.sections[:at])
              for at in range(1, len(page.sections))]  # fmt: skip
    return dot_rows(
        [f"{claim.number} {short(page.title(claim), _NAME)}" for claim in claims],
        dots,
        axis="%" if percent else word(lang, "axis_effect"),
        kinds=kinds,
        breaks=sorted({at for at in starts if 0 < at < len(claims)}),
        zero=not percent,
        limits=(0.0, 100.0) if percent else None,
    )


def _dots(claim: Claim, at: int) -> Iterator[Dot]:
    row = claim.row("reproduction")
    if row is not None:
        yield Dot(0, at, row["recomputed"], row["conf_low"], row["conf_high"], _DATA, -_SHIFT)
    yield Dot(0, at, _published(claim) or 0.0, None, None, _PUBLISHED, _SHIFT)


def _held(claim: Claim) -> Row:
    """Return the row that holds a drawn claim against the data."""
    row = claim.row("reproduction")
    return claim.overall if row is None else row


def _alt(page: Audited, claims: Sequence[Claim]) -> str:
    def gap(claim: Claim) -> float:
        return abs(float(_held(claim)["recomputed"]) - (_published(claim) or 0.0))

    most = max(claims, key=gap)
    found = number(page.lang, most.overall, "estimate", _held(most)["recomputed"])
    told = {"title": page.title(most), "published": figure(page.lang, most.overall), "found": found}
    return unmarked(word(page.lang, "claim_alt_figure", count=str(len(claims)), **told))
