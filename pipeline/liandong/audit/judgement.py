"""Which inference a design can carry; the reasons and their sources stand in :mod:`liandong.audit.reasons`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from liandong.audit.circumstances import Circumstances, Found
from liandong.audit.reasons import FATAL, LIMITING, REMARKS

__all__ = ["Circumstances", "Found", "Judgement", "Verdict", "judge"]

Verdict = Literal["carries", "limited", "cannot_carry"]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the design can carry.

    Attributes
    ----------
    verdict
        ``carries``: the recommended inference keeps its size. ``limited``: it does, and the reasons say what else to
        mind. ``cannot_carry``: no inference does.
    recommended
        Code of the method to believe; empty when there is none.
    shown
        Code of the method whose interval stands in the text; where nothing can be recommended, the most cautious one.
    reasons
        Codes, the gravest first: those of `FATAL`, of `LIMITING`, then of `REMARKS`.
    """

    verdict: Verdict
    recommended: str
    shown: str
    reasons: tuple[str, ...]


def judge(case: Circumstances) -> Judgement:
    """Return which inference applies to a design, and why.

    Many even clusters with enough on both sides: CR1 and t(G - 1). Few or uneven ones: CR2 with Satterthwaite's df. A
    randomised treatment in few clusters: the randomisation test, which needs no large numbers. Two clusterings: the
    wider of the two-way and the CR2 interval. Nothing at all for any reason of `FATAL`: fewer than ten people in an
    arm, under 4 degrees of freedom, a coefficient that hangs on a single cluster, ...
    """
    fatal = [code for code, holds in FATAL.items() if holds(case)]
    limiting = [code for code, holds in LIMITING.items() if holds(case)]
    remarks = [code for code, holds in REMARKS.items() if holds(case)]
    reasons = tuple(dict.fromkeys([*fatal, *limiting, *remarks])) or ("enough_clusters",)
    method = _method(case, reasons)
    # A randomisation test is exact for the sharp null hypothesis, whatever the number of clusters.
    if set(fatal) - ({"low_df"} if method == "RI" else set()):
        return Judgement("cannot_carry", "", _most_cautious(case), reasons)
    return Judgement("limited" if fatal or limiting else "carries", method, method, reasons)


def _method(case: Circumstances, reasons: Sequence[str]) -> str:
    if "twoway" in case.answers:
        return _widest(case, ("twoway", "CR2"))
    few = bool(_FEW & set(reasons))
    randomised = case.answers.get("RI")
    if few and randomised is not None and randomised.p_value is not None:
        return "RI"
    return "CR2" if (few or _UNEVEN & set(reasons)) and "CR2" in case.answers else "CR1"


_FEW = frozenset({"few_clusters", "few_treated_clusters", "few_untreated_clusters", "low_df", "modest_df"})
_UNEVEN = frozenset({"varies_in_few_clusters", "few_effective_clusters", "unequal_clusters"})


def _most_cautious(case: Circumstances) -> str:
    """Return the method with the widest finite interval, for a reader who wants to see how little is known.

    Where a cluster alone identifies the coefficient, every sandwich leaves out what that cluster does, so that its
    interval may be the narrowest of all: there the bootstrap's stands, and if it has no end, it has none.
    """
    wild = [code for code in ("WCR-R", "WCR-W") if code in case.answers and case.answers[code].p_value is not None]
    if wild and not case.identified_without:
        return wild[0]
    return _widest(case, ("CR2", "CR3", "twoway", "CR1"))


def _widest(case: Circumstances, codes: Sequence[str]) -> str:
    def width(code: str) -> float:
        found = case.answers[code]
        if found.conf_low is None or found.conf_high is None:
            return -1.0
        length = found.conf_high - found.conf_low
        return length if math.isfinite(length) else -1.0

    return max((code for code in codes if code in case.answers), key=width)
