"""Whatever the design, a verdict is consistent with itself; units, signs and the order of the rows do not matter."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from liandong.audit import Circumstances, Found, judge, verdict_tables
from liandong.audit.reasons import FATAL, LIMITING, REMARKS
from liandong.definitions import Assignment, Effect, Inference, Step, Text
from liandong.errors import EstimationError
from liandong.estimate import estimate_effects, method_table, robust_answers
from liandong.models import headline_models

RANK = {"cannot_carry": 0, "limited": 1, "carries": 2}
KNOWN = {*FATAL, *LIMITING, *REMARKS, "enough_clusters"}
numbers = st.floats(-3, 3, allow_subnormal=False).map(lambda x: round(x, 3))
counts = st.integers(0, 80)


@st.composite
def answers(draw: st.DrawFn) -> dict[str, Found]:
    """Some methods; CR1 always, and an error of its own for each."""
    codes = draw(st.sets(st.sampled_from(["CR2", "CR3", "WCR-R", "RI", "twoway"])))
    found = {}
    for code in ("iid", "CR1", *sorted(codes)):
        error = draw(st.floats(0.0, 2.0).map(lambda x: round(x, 3)))
        centre = draw(numbers)
        tested = code not in {"WCR-R", "RI"}
        reach = draw(st.sampled_from([2 * error, float("inf")])) if not tested else 2 * error
        flag = draw(st.sampled_from(["", "repaired", "level_out_of_reach", "unbounded_below", "not_as_assigned"]))
        blank = error == 0 or draw(st.integers(0, 9)) == 0
        found[code] = Found(
            std_error=error if tested else None,
            df=draw(st.floats(0.5, 80.0)) if tested else None,
            p_value=None if blank else draw(st.floats(0.001, 1.0)),
            conf_low=None if blank else centre - reach,
            conf_high=None if blank else centre + reach,
            flag=flag,
        )
    return found


@st.composite
def circumstances(draw: st.DrawFn) -> Circumstances:
    maybe = st.one_of(st.none(), counts)
    return Circumstances(
        estimate=draw(numbers),
        n_clusters=draw(st.integers(2, 80)),
        n_clusters_second=draw(st.one_of(st.none(), st.integers(2, 80))),
        n_treated=draw(maybe),
        n_untreated=draw(maybe),
        clusters_with_treated=draw(maybe),
        clusters_with_untreated=draw(maybe),
        answers=draw(answers()),
        partial_leverage=draw(st.one_of(st.none(), st.floats(0.0, 1.0))),
        leverage_ratio=draw(st.one_of(st.none(), st.floats(1.0, 9.0))),
        without=tuple(draw(st.lists(numbers, max_size=4))),
        identified_without=draw(st.booleans()),
        randomised=draw(st.sampled_from([None, "cluster", "individual"])),
        clusters_varying=draw(maybe),
        weight_share=draw(st.sampled_from([1.0, 0.9, 0.3, 0.01])),
        n_obs=draw(st.one_of(st.none(), st.integers(10, 900))),
    )


@given(circumstances())
def test_a_judgement_is_consistent_with_itself(case: Circumstances) -> None:
    found = judge(case)
    assert set(found.reasons) <= KNOWN
    assert len(set(found.reasons)) == len(found.reasons) > 0
    assert ("enough_clusters" in found.reasons) == (found.reasons == ("enough_clusters",))
    assert (found.recommended == "") == (found.verdict == "cannot_carry")
    assert found.recommended in {"", found.shown}
    assert found.shown in case.answers
    assert found.shown != "iid"
    grave = {code for code in found.reasons if code in FATAL} - {"crossing_effect_too_fine"}
    if found.verdict == "carries":
        assert not grave
    if grave - {"low_df"}:
        assert found.verdict == "cannot_carry"


@given(circumstances())
def test_what_is_recommended_has_a_test_and_more_than_cr1_where_clusters_are_few(case: Circumstances) -> None:
    found = judge(case)
    if found.recommended == "RI":
        assert case.answers["RI"].p_value is not None
    if found.recommended == "CR1":
        assert case.n_clusters >= 50
        assert all(n is None or n >= 10 for n in (case.clusters_with_treated, case.clusters_with_untreated))


@given(circumstances(), st.sampled_from([-1.0, 0.25, 8.0, -1024.0]))
def test_units_and_signs_do_not_matter(case: Circumstances, factor: float) -> None:
    def scaled(one: Found) -> Found:
        ends = [end if end is None else end * factor for end in (one.conf_low, one.conf_high)]
        low, high = ends if factor > 0 else reversed(ends)
        error = None if one.std_error is None else one.std_error * abs(factor)
        return replace(one, std_error=error, conf_low=low, conf_high=high)

    other = replace(
        case,
        estimate=case.estimate * factor,
        without=tuple(value * factor for value in case.without),
        answers={code: scaled(one) for code, one in case.answers.items()},
    )
    assert judge(other) == judge(case)


@given(circumstances(), st.sampled_from(["n_treated", "n_untreated"]), counts, counts)
def test_more_people_never_make_a_verdict_worse(case: Circumstances, arm: str, one: int, other: int) -> None:
    few, many = sorted((one, other))
    worse, better = (RANK[judge(replace(case, **{arm: n})).verdict] for n in (few, many))  # type: ignore[arg-type]
    assert worse <= better


# From here on with data: small surveys, some of them hopeless.


@st.composite
def surveys(draw: st.DrawFn) -> pl.DataFrame:
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    sizes = draw(st.lists(st.integers(1, 12), min_size=2, max_size=9))
    g = np.repeat(np.arange(len(sizes)), sizes)
    n = len(g)
    share = draw(st.sampled_from([0.1, 0.5, 0.9]))
    kind = draw(st.sampled_from(["person", "cluster", "dose"]))
    chosen = {
        "person": rng.random(n) < share,
        "cluster": (rng.random(len(sizes)) < share)[g],
        "dose": rng.integers(0, 4, n),
    }
    y = rng.normal(size=len(sizes))[g] + draw(st.sampled_from([0.0, 1.0])) * rng.normal(size=n)
    return pl.DataFrame({"g": g, "x": chosen[kind].astype(np.int64), "y": y, "w": rng.uniform(0.5, 2, n), "f": g // 3})


def verdict(frame: pl.DataFrame, absorb: tuple[str, ...], weight: str | None) -> dict[str, Any] | str:
    """Return the verdict, or the message of the error; every warning is an error of the test."""
    effect = Effect(
        id="e",
        title=Text(zh="效", en="effect"),
        role="primary",
        outcomes=("y",),
        treatment="x",
        absorb=absorb,
        cluster=("g",),
        steps=(Step(name="M"),),
    )
    try:
        found = estimate_effects(frame, [effect], weight=weight)
        headline = headline_models(found.models)
        robust = robust_answers(found.models, Inference(draws=99))
        table = pl.concat([found.estimates, method_table(robust, {}, headline, weight)])
        verdicts, _ = verdict_tables(headline, table, {"e": Assignment(kind="observational")}, Inference())
    except EstimationError as error:
        return f"{error.message} ({error.where})" if error.hint else ""
    return verdicts.row(0, named=True)


designs = (surveys(), st.sampled_from([(), ("f",), ("g",)]), st.sampled_from([None, "w"]))


@settings(max_examples=60, deadline=None)
@given(*designs)
def test_a_small_survey_gives_an_error_or_a_number_with_its_reasons(
    frame: pl.DataFrame, absorb: tuple[str, ...], weight: str | None
) -> None:
    found = verdict(frame, absorb, weight)
    if isinstance(found, str):
        assert found  # an error says what to do
        return
    reasons = found["reasons"].split("+")
    assert "few_clusters" in reasons  # nine at most: CR1 is never enough
    assert found["recommended"] != "CR1"
    if found["p_value"] is None:
        assert found["verdict"] == "cannot_carry"
    else:
        assert 0 <= found["p_value"] <= 1
        assert found["conf_low"] <= found["estimate"] <= found["conf_high"]
    if found["std_error"] == 0:
        assert "zero_variance" in reasons
        assert found["conf_low"] is found["mde"] is None
    if found["mde"] is not None:
        assert found["mde"] > 0


@settings(max_examples=25, deadline=None)
@given(*designs, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(
    frame: pl.DataFrame, absorb: tuple[str, ...], weight: str | None, random: Any
) -> None:
    order = list(range(frame.height))
    random.shuffle(order)
    one, other = verdict(frame, absorb, weight), verdict(frame[order], absorb, weight)
    if isinstance(one, str) or isinstance(other, str):
        assert one == other
        return
    for name in ("verdict", "recommended", "reasons", "n_obs", "n_treated"):
        assert one[name] == other[name]
    for name in ("estimate", "std_error", "mde"):
        # Sums in another order; the scale is that of an outcome of unit variance.
        np.testing.assert_allclose(one[name] or 0.0, other[name] or 0.0, rtol=1e-7, atol=1e-9)
