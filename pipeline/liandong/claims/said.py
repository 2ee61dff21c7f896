"""What a publication says of the test of an estimate, wherever it says it: by p-value, by stars, by a word."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from liandong.claims.form import Bounds
from liandong.claims.stars import p_of_stars
from liandong.claims.t_tests import PRange, published_p
from liandong.definitions import Claim
from liandong.definitions.printed import read_significance

_LEVEL = 0.05


def tests_of(own: Claim, claims: Mapping[str, Claim]) -> Iterator[Claim]:
    """Yield the claims of kind p_value about the estimate `own`."""
    yield from (other for other in claims.values() if other.kind == "p_value" and other.coefficient == own.id)


def said_of(own: Claim, claims: Mapping[str, Claim]) -> Claim | None:
    """Return the claim that says something of the test of `own`: another one, or itself; None where none does."""
    called = next(tests_of(own, claims), None)
    if called is not None:
        return called
    told = (own.p_value, own.stars, own.level, own.statistic)
    return None if all(one is None for one in told) else own


def numeric_p(claim: Claim) -> Bounds | None:
    """Return the p-values that a claim prints in figures; None where it prints none, or none that is possible."""
    figure = claim.published if claim.kind == "p_value" and claim.printed.form != "words" else claim.p_value
    if figure is None:
        return None
    stated = published_p(figure)
    return None if stated.low > 1 or stated.high < 0 else stated


def published_range(own: Claim, claims: Mapping[str, Claim]) -> PRange | None:
    """Return the p-values of `own` that stand in the publication: in figures, else as stars."""
    for claim in (own, *tests_of(own, claims)):
        stated = numeric_p(claim)
        if stated is not None:
            return PRange(0.0, 0.0, float(stated.low), float(stated.high))
    return p_of_stars(own)


def is_called_significant(claim: Claim, claims: Mapping[str, Claim]) -> bool | None:
    """Return whether an estimate, or the claim of a test, is called significant; None where nothing is said.

    One word or figure that says it is not outweighs stars.
    """
    own = claims.get(claim.coefficient or "", claim)
    told = {_verdict(one) for one in (claim, own, *tests_of(own, claims))} - {None}
    return None if not told else False not in told


def _verdict(claim: Claim) -> bool | None:
    meant = read_significance(claim.published)
    if meant is not None:
        return meant
    stated, level = numeric_p(claim), claim.level or (claim.levels or (_LEVEL,))[0]
    if stated is not None:
        return float(stated.low) <= level
    return None if claim.stars is None else claim.stars > 0
