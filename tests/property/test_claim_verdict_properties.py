"""The verdict on a claim moves in one direction only, and depends on no order."""

from __future__ import annotations

from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from liandong.claims.findings import CheckResult
from liandong.claims.reason_type import Verdict
from liandong.claims.reasons import REASONS
from liandong.claims.verdict import CHECKS, overall

# From the best to the worst that an auditor can say.
WORSE: tuple[Verdict, ...] = ("supported", "consistent", "not_checkable", "doubtful", "contradicted")
_codes = st.sampled_from(sorted(code for code, reason in REASONS.items() if reason.check != "overall"))
_real = _codes.map(lambda code: CheckResult("c", REASONS[code].check, REASONS[code].verdict, code))
_checks = st.lists(_real, unique_by=lambda result: result.check, max_size=len(CHECKS))


def test_the_grades_are_all_there() -> None:
    assert set(WORSE) == set(get_args(Verdict))


@given(_checks, st.sampled_from(CHECKS))
def test_a_contradicted_check_makes_every_claim_contradicted(checks: list[CheckResult], check: str) -> None:
    others = [result for result in checks if result.check != check]
    worse = CheckResult("c", check, "contradicted", "x")  # type: ignore[arg-type]
    assert overall("c", [*others, worse]).verdict == "contradicted"


@given(_checks, st.data())
def test_a_check_that_turns_worse_never_makes_the_claim_better(checks: list[CheckResult], data: st.DataObject) -> None:
    if not checks:
        return
    at = data.draw(st.integers(0, len(checks) - 1))
    against = data.draw(st.sampled_from(("doubtful", "contradicted")))
    before = checks[at]
    if WORSE.index(before.verdict) >= WORSE.index(against):
        return
    after = [*checks[:at], CheckResult("c", before.check, against, "x"), *checks[at + 1 :]]
    assert WORSE.index(overall("c", after).verdict) >= WORSE.index(overall("c", checks).verdict)


@given(_checks)
def test_the_verdict_is_never_stronger_than_its_strongest_check(checks: list[CheckResult]) -> None:
    found = overall("c", checks)
    assert found.verdict in {"not_checkable", *(result.verdict for result in checks)}


@given(_checks, st.randoms())
def test_the_order_of_the_checks_decides_nothing(checks: list[CheckResult], random: object) -> None:
    shuffled = list(checks)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert overall("c", shuffled).verdict == overall("c", checks).verdict
    assert overall("c", shuffled).found_in == overall("c", checks).found_in
