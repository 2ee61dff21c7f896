"""Reasons to trust one inference or none: each code with the rule that gives it.

Sources of the thresholds:

- fewer than 50 clusters call for more than CR1 and t(G - 1) (Cameron & Miller 2015, A practitioner's guide to
  cluster-robust inference, section VI), and so do many clusters of which a few count for most, whatever their number
  (Carter, Schnepel & Steigerwald 2017): CR2's degrees of freedom tell;
- under 4 Satterthwaite degrees of freedom the t test with CR2 loses its size (Tipton 2015; Pustejovsky & Tipton 2018);
- with few treated clusters every wild bootstrap fails, in one direction or the other (MacKinnon & Webb 2018); when it
  and CR2 come to different ends, neither is to be leant on alone;
- clusters finer than what was assigned make errors too small (Abadie, Athey, Imbens & Wooldridge 2023);
- V₁ + V₂ - V₁₂ may fall short of either one-way variance by chance, and its t test wants many clusters both ways
  (Cameron, Gelbach & Miller 2011; MacKinnon, Nielsen & Webb 2021): the wider of the two-way and the CR2 interval
  stands;
- Kish's (1965) (Σw)²/Σw² counts how many people unequal weights leave.

Ten and thirty people are no theorem but an editor's bound: below ten in an arm, single answers decide, and neither the
clusters nor their degrees of freedom show it. The simulations in ``benchmarks/`` (size) hold the rule to what it
promises: near 5 %, or "nothing can".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from liandong.audit.circumstances import Circumstances

ENOUGH_CLUSTERS = 50
ENOUGH_ON_ONE_SIDE = 10  # clusters that hold anybody of an arm, or in which the treatment varies
FEWEST_PEOPLE = 10
COMFORTABLE_PEOPLE = 30
LOWEST_DF = 4.0
COMFORTABLE_DF = 10.0
UNEVEN_DF = 0.5  # share of G - 1 below which CR1's t(G - 1) counts clusters that do not count
HIGH_PARTIAL_LEVERAGE = 0.25  # share of one cluster in the treatment's own variation
UNEQUAL_LEVERAGE = 3.0  # largest cluster's leverage over the average
TOO_SMALL_AGAINST_CLASSICAL = 1.5  # classical over cluster-robust standard error
_ROUNDING = 1e-9  # three against three even clusters have 4 degrees of freedom, but for rounding


def _df(case: Circumstances) -> float | None:
    """Return the fewest degrees of freedom that CR2 or the two-way t test have."""
    found = [_df_of(case, code) for code in ("CR2", "twoway")]
    return min((df for df in found if df is not None), default=None)


def _df_of(case: Circumstances, code: str) -> float | None:
    """Return the degrees of freedom of one method; an error of 0 has none but what rounding makes."""
    found = case.answers.get(code)
    return None if found is None or found.std_error == 0 else found.df


def _few_on_one_side(case: Circumstances) -> bool:
    sides = (case.n_clusters, ENOUGH_CLUSTERS), *((n, ENOUGH_ON_ONE_SIDE) for n in _sides(case))
    return any(n is not None and n < bound for n, bound in sides)


def _sides(case: Circumstances) -> tuple[int | None, ...]:
    return case.clusters_with_treated, case.clusters_with_untreated


def _varies_in_few(case: Circumstances) -> bool:
    """Tell whether few clusters hold both arms, unless it is already said that few hold one of them."""
    one_side = any(_below(n, ENOUGH_ON_ONE_SIDE) for n in _sides(case))
    return not one_side and _below(case.clusters_varying, ENOUGH_ON_ONE_SIDE)


def _after_weighting(case: Circumstances) -> float | None:
    """Return how many people of the smaller arm unequal weights leave; of half the sample where there are no arms.

    Kish's factor of the whole sample stands for that of the arm, which the moments do not hold.
    """
    if case.weight_share >= 1:
        return None
    arms = [n for n in (case.n_treated, case.n_untreated) if n is not None]
    smaller = min(arms, default=None if case.n_obs is None else case.n_obs / 2)
    return None if smaller is None else smaller * case.weight_share


def _lost_by_weights(case: Circumstances, low: float, high: float) -> bool:
    """Tell whether both arms have `high` people or more before weighting, but one has `low` to `high` after it."""
    arms = [n for n in (case.n_treated, case.n_untreated) if n is not None]
    return not any(n < high for n in arms) and _between(_after_weighting(case), low, high)


def _one_decides(case: Circumstances) -> bool:
    """Tell whether leaving out one cluster moves the coefficient out of CR2's interval.

    A sign that turns where the interval excludes zero is such a move: the interval lies on one side of zero.
    """
    shown = case.answers.get("CR2") or case.answers["CR1"]
    if shown.conf_low is None or shown.conf_high is None:
        return False
    return any(not shown.conf_low <= value <= shown.conf_high for value in case.without)


def _disagree(case: Circumstances) -> bool:
    """Tell whether of CR2, the wild bootstrap, the randomisation and the two-way test some exclude zero and some not.

    A method without an interval says nothing either way.
    """
    found = (case.answers.get(code) for code in ("CR2", "WCR-R", "WCR-W", "RI", "twoway"))
    return len({one.conclusion for one in found if one is not None and one.conf_low is not None}) > 1


def _smaller_than_classical(case: Circumstances) -> bool:
    """Clusters whose errors cancel are no likely world: so small a robust error is luck with few clusters."""
    iid, robust = case.answers.get("iid"), case.answers.get("CR2") or case.answers.get("CR1")
    if iid is None or robust is None or not iid.std_error or not robust.std_error:
        return False
    return case.n_clusters < ENOUGH_CLUSTERS and iid.std_error > TOO_SMALL_AGAINST_CLASSICAL * robust.std_error


def _zero_variance(case: Circumstances) -> bool:
    """Tell whether nothing is left to estimate an error from; a two-way variance may be 0 for want of repair."""
    return any(case.answers[code].std_error == 0 for code in ("CR1", "CR2", "CR3") if code in case.answers)


def _out_of_reach(case: Circumstances) -> bool:
    """Tell whether the randomisation test, where it would be the method, cannot reach the level."""
    return _flagged(case, "level_out_of_reach", ("RI",)) and case.n_clusters < ENOUGH_CLUSTERS


def _few_count(case: Circumstances) -> bool:
    """Tell whether many clusters are worth few: CR2's degrees of freedom fall far short of G - 1."""
    return case.n_clusters >= ENOUGH_CLUSTERS and _below(_df_of(case, "CR2"), UNEVEN_DF * (case.n_clusters - 1))


def _fewer(case: Circumstances) -> int:
    return min(case.n_clusters, case.n_clusters_second or case.n_clusters)


def _flagged(case: Circumstances, flag: str, codes: Sequence[str]) -> bool:
    return any(flag in case.answers[code].flag.split("+") for code in codes if code in case.answers)


def _below(value: float | None, bound: float) -> bool:
    return value is not None and value < bound - _ROUNDING


def _above(value: float | None, bound: float) -> bool:
    return value is not None and value > bound + _ROUNDING


def _between(value: float | None, low: float, high: float) -> bool:
    return value is not None and not _below(value, low) and _below(value, high)


Rule = Callable[[Circumstances], bool]
_WILD = ("WCR-R", "WCR-W")

FATAL: Mapping[str, Rule] = {
    "few_treated": lambda c: _below(c.n_treated, FEWEST_PEOPLE),
    "few_untreated": lambda c: _below(c.n_untreated, FEWEST_PEOPLE),
    "not_identified_without_cluster": lambda c: not c.identified_without,
    "zero_variance": _zero_variance,
    "low_df": lambda c: _below(_df(c), LOWEST_DF),
    "few_after_weighting": lambda c: _lost_by_weights(c, 0, FEWEST_PEOPLE),
    "assigned_by_coarser_unit": lambda c: _flagged(c, "assigned_by_coarser_unit", ("RI",)),
    "level_out_of_reach": _out_of_reach,
    "crossing_effect_too_fine": lambda c: "CR2" not in c.answers and _few_on_one_side(c),
}
"""With one of these no inference keeps its size, or none is known to."""

LIMITING: Mapping[str, Rule] = {
    "some_treated": lambda c: _between(c.n_treated, FEWEST_PEOPLE, COMFORTABLE_PEOPLE),
    "some_untreated": lambda c: _between(c.n_untreated, FEWEST_PEOPLE, COMFORTABLE_PEOPLE),
    "some_after_weighting": lambda c: _lost_by_weights(c, FEWEST_PEOPLE, COMFORTABLE_PEOPLE),
    "few_treated_clusters": lambda c: _below(c.clusters_with_treated, ENOUGH_ON_ONE_SIDE),
    "few_untreated_clusters": lambda c: _below(c.clusters_with_untreated, ENOUGH_ON_ONE_SIDE),
    "varies_in_few_clusters": _varies_in_few,
    "modest_df": lambda c: _between(_df(c), LOWEST_DF, COMFORTABLE_DF),
    "one_cluster_decides": _one_decides,
    "high_leverage": lambda c: _above(c.partial_leverage, HIGH_PARTIAL_LEVERAGE),
    "methods_disagree": _disagree,
    "smaller_than_classical": _smaller_than_classical,
    "not_as_assigned": lambda c: _flagged(c, "not_as_assigned", ("RI",)),
    "variance_repaired": lambda c: _flagged(c, "repaired", ("twoway",)),
    "wild_unbounded": lambda c: any(_flagged(c, f"unbounded_{side}", _WILD) for side in ("below", "above")),
    "crossing_effect_too_fine": lambda c: "CR2" not in c.answers,
    "few_clusters_two_ways": lambda c: c.n_clusters_second is not None and _fewer(c) < ENOUGH_CLUSTERS,
}
"""What limits a claim, although the recommended inference keeps its size."""

REMARKS: Mapping[str, Rule] = {
    "few_clusters": lambda c: c.n_clusters < ENOUGH_CLUSTERS,
    "few_effective_clusters": _few_count,
    "unequal_clusters": lambda c: _above(c.leverage_ratio, UNEQUAL_LEVERAGE),
    "randomised_individual": lambda c: c.randomised == "individual",
    "randomised_cluster": lambda c: c.randomised == "cluster",
    "assigned_by_finer_unit": lambda c: _flagged(c, "assigned_by_finer_unit", ("RI",)),
}
"""What chose the method."""
