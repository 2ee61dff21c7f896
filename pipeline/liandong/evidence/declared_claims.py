"""The tables of published figures and how they were checked."""

from __future__ import annotations

from liandong.evidence.spec import COUNT, REAL, TEXT, spec

DECLARED_CLAIMS = (
    # One row per claim and check; "overall" carries the claim's verdict, which is never stronger than the evidence.
    # published: the figure as it was printed. recomputed, conf_low, conf_high: what the data or the other figures give,
    # in the claim's unit. base: the published number of people that the check was made with. chance: that an arbitrary
    # figure would have passed. verdict: supported | consistent | not_checkable | doubtful | contradicted. reason: code
    # whose sentence `present` has and whose numbers stand in claim_values. found_in: the row that `recomputed` was read
    # from, as "indicators: indicator=a; universe=all". Nothing here is read but what is published.
    spec(
        "claims", "claim check",
        claim=TEXT, kind=TEXT, published=TEXT, unit=TEXT, check=TEXT, recomputed=REAL, conf_low=REAL,
        conf_high=REAL, verdict=TEXT, reason=TEXT, difference=REAL, chance=REAL, base=COUNT, found_in=TEXT,
    ),
    # The steps of a calculation in their order: what the sentence of a reason and the calculation shown need.
    spec(
        "claim_values", "claim check name",
        claim=TEXT, check=TEXT, name=TEXT, value=REAL,
    ),
)  # fmt: skip
# A column of theirs holds yuan beside p-values, so nothing in it is negligible against its largest value.
MIXED_UNITS = frozenset({"claims", "claim_values"})
