"""Which inference a design can carry, as a rule with its reasons.

Sources of the thresholds: fewer than 50 clusters call for more than CR1 (Cameron & Miller 2015, section VI); with less
than 4 Satterthwaite degrees of freedom the t test with CR2 loses its size (Tipton 2015); with few treated clusters
every wild bootstrap fails, in one direction or the other (MacKinnon & Webb 2018). The simulations in ``benchmarks/``
(size) hold the rule to what it promises: near 5 %, or "nothing can".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Verdict = Literal["carries", "limited", "cannot_carry"]

ENOUGH_CLUSTERS = 50
ENOUGH_ON_ONE_SIDE = 10  # clusters that hold anybody of an arm
FEWEST_PEOPLE = 10  # in an arm: below, single answers decide whatever the standard error says
COMFORTABLE_PEOPLE = 30
LOWEST_DF = 4.0
COMFORTABLE_DF = 10.0
HIGH_PARTIAL_LEVERAGE = 0.25  # share of one cluster in the treatment's own variation
UNEQUAL_LEVERAGE = 3.0  # largest cluster's leverage over the average
TOO_SMALL_AGAINST_CLASSICAL = 1.5  # classical over cluster-robust standard error
_FATAL = frozenset({"few_treated", "few_untreated", "low_df", "not_identified_without_cluster", "level_out_of_reach"})
_LIMITING = frozenset(
    {
        "some_treated",
        "some_untreated",
        "few_treated_clusters",
        "few_untreated_clusters",
        "modest_df",
        "high_leverage",
        "one_cluster_decides",
        "methods_disagree",
        "smaller_than_classical",
        "wild_unbounded",
        "crossing_effect_too_fine",
        "few_clusters_two_ways",
    }
)


@dataclass(frozen=True, slots=True)
class Found:
    """One method's standard error, df, p-value and interval for the treatment; None for what it does not give."""

    std_error: float | None
    df: float | None
    p_value: float | None
    conf_low: float | None
    conf_high: float | None
    flag: str = ""

    @property
    def conclusion(self) -> int:
        """1 or -1 where the interval lies on one side of zero, else 0."""
        if self.conf_low is None or self.conf_high is None:
            return 0
        return int(self.conf_low > 0) - int(self.conf_high < 0)


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the rule looks at.

    Attributes
    ----------
    estimate
        The coefficient.
    n_clusters, n_clusters_second
        Clusters; of the second clustering, where there is one.
    n_treated, n_untreated, clusters_with_treated, clusters_with_untreated
        Of a treatment with two values, else None.
    answers
        By code of the table estimates: iid, CR1, CR2, ...
    partial_leverage, leverage_ratio
        Largest share of one cluster in the treatment's own variation; largest leverage over the average. None where
        the leverage of clusters is not known.
    without
        The coefficients without one cluster.
    identified_without
        Whether the coefficient is identified without any one cluster.
    randomised
        Unit of assignment, ``cluster`` or ``individual``, of a randomised treatment; else None.
    """

    estimate: float
    n_clusters: int
    n_clusters_second: int | None
    n_treated: int | None
    n_untreated: int | None
    clusters_with_treated: int | None
    clusters_with_untreated: int | None
    answers: Mapping[str, Found]
    partial_leverage: float | None
    leverage_ratio: float | None
    without: Sequence[float]
    identified_without: bool
    randomised: str | None


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
        Codes, the gravest first.
    """

    verdict: Verdict
    recommended: str
    shown: str
    reasons: tuple[str, ...]


def judge(case: Circumstances) -> Judgement:
    """Return which inference applies to a design, and why.

    Many even clusters with enough on both sides: CR1 and t(G - 1). Few or uneven ones: CR2 with Satterthwaite's df. A
    randomised treatment in few clusters: the randomisation test, which needs no large numbers. Two clusterings: the
    two-way variance. Nothing at all with fewer than ten people in an arm, under 4 degrees of freedom, or when the
    coefficient hangs on a single cluster.
    """
    reasons = _reasons(case)
    method = _method(case, reasons)
    # A randomisation test is exact for the sharp null hypothesis, whatever the number of clusters.
    fatal = _FATAL - {"low_df"} if method == "RI" else _FATAL
    if any(reason in fatal for reason in reasons):
        return Judgement("cannot_carry", "", _most_cautious(case), _ordered(reasons))
    limited = any(reason in _LIMITING or reason in _FATAL for reason in reasons)
    return Judgement("limited" if limited else "carries", method, method, _ordered(reasons))


def _reasons(case: Circumstances) -> list[str]:
    cr2, wild = case.answers.get("CR2"), _wild(case)
    df = cr2.df if cr2 is not None and cr2.df is not None else None
    facts = {
        "few_treated": _below(case.n_treated, FEWEST_PEOPLE),
        "few_untreated": _below(case.n_untreated, FEWEST_PEOPLE),
        "not_identified_without_cluster": not case.identified_without,
        "low_df": _below(df, LOWEST_DF),
        "level_out_of_reach": _out_of_reach(case),
        "some_treated": _between(case.n_treated, FEWEST_PEOPLE, COMFORTABLE_PEOPLE),
        "some_untreated": _between(case.n_untreated, FEWEST_PEOPLE, COMFORTABLE_PEOPLE),
        "few_treated_clusters": _below(case.clusters_with_treated, ENOUGH_ON_ONE_SIDE),
        "few_untreated_clusters": _below(case.clusters_with_untreated, ENOUGH_ON_ONE_SIDE),
        "modest_df": _between(df, LOWEST_DF, COMFORTABLE_DF),
        "one_cluster_decides": _one_decides(case),
        "high_leverage": case.partial_leverage is not None and case.partial_leverage > HIGH_PARTIAL_LEVERAGE,
        "methods_disagree": cr2 is not None and wild is not None and cr2.conclusion != wild.conclusion,
        "smaller_than_classical": _smaller_than_classical(case),
        "wild_unbounded": wild is not None and "unbounded" in wild.flag,
        "crossing_effect_too_fine": cr2 is None,
        "few_clusters_two_ways": case.n_clusters_second is not None and _fewer(case) < ENOUGH_CLUSTERS,
        "few_clusters": case.n_clusters < ENOUGH_CLUSTERS,
        "unequal_clusters": case.leverage_ratio is not None and case.leverage_ratio > UNEQUAL_LEVERAGE,
        "randomised_individual": case.randomised == "individual",
        "randomised_cluster": case.randomised == "cluster",
    }
    found = [reason for reason, holds in facts.items() if holds]
    return found or ["enough_clusters"]


def _method(case: Circumstances, reasons: Sequence[str]) -> str:
    if "twoway" in case.answers:
        return "twoway"
    few = {"few_clusters", "few_treated_clusters", "few_untreated_clusters", "low_df", "modest_df"} & set(reasons)
    if few and "RI" in case.answers:
        return "RI"
    return "CR2" if (few or "unequal_clusters" in reasons) and "CR2" in case.answers else "CR1"


def _most_cautious(case: Circumstances) -> str:
    """Return the method with the widest finite interval, for a reader who wants to see how little is known."""

    def width(found: Found) -> float:
        if found.conf_low is None or found.conf_high is None:
            return -1.0
        length = found.conf_high - found.conf_low
        return length if length < float("inf") else -1.0

    candidates = [code for code in ("CR2", "CR3", "twoway", "CR1") if code in case.answers]
    return max(candidates, key=lambda code: width(case.answers[code]))


def _one_decides(case: Circumstances) -> bool:
    """Tell whether leaving out one cluster turns the sign or moves the coefficient out of CR2's interval.

    A sign that turns counts only where the interval excludes zero: otherwise there was no sign to speak of.
    """
    shown = case.answers.get("CR2") or case.answers["CR1"]
    if shown.conf_low is None or shown.conf_high is None:
        return False
    outside = any(not shown.conf_low <= value <= shown.conf_high for value in case.without)
    turned = shown.conclusion != 0 and any(value * case.estimate <= 0 for value in case.without)
    return outside or turned


def _smaller_than_classical(case: Circumstances) -> bool:
    """Clusters whose errors cancel are no likely world: so small a robust error is luck with few clusters."""
    iid, robust = case.answers.get("iid"), case.answers.get("CR2") or case.answers.get("CR1")
    if iid is None or robust is None or not iid.std_error or not robust.std_error:
        return False
    return case.n_clusters < ENOUGH_CLUSTERS and iid.std_error > TOO_SMALL_AGAINST_CLASSICAL * robust.std_error


def _out_of_reach(case: Circumstances) -> bool:
    """Tell whether the randomisation test, where it would be the method, cannot reach the level."""
    found = case.answers.get("RI")
    return found is not None and "level_out_of_reach" in found.flag and case.n_clusters < ENOUGH_CLUSTERS


def _wild(case: Circumstances) -> Found | None:
    return case.answers.get("WCR-R") or case.answers.get("WCR-W")


def _fewer(case: Circumstances) -> int:
    return min(case.n_clusters, case.n_clusters_second or case.n_clusters)


def _below(value: float | None, bound: float) -> bool:
    return value is not None and value < bound


def _between(value: float | None, low: float, high: float) -> bool:
    return value is not None and low <= value < high


def _ordered(reasons: Sequence[str]) -> tuple[str, ...]:
    return tuple(sorted(reasons, key=lambda reason: (reason not in _FATAL, reason not in _LIMITING)))
