"""The conventions of R (values and script beside this file) and of Stata (a value that its users published)."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from liandong.inference import Answer, conventional_answers, fit
from liandong.moments import within_samples

HERE = Path(__file__).parent
CASES = pl.read_csv(HERE / "vcovcl.csv", null_values="").fill_null("").rows(named=True)


def answers(
    frame: pl.DataFrame, names: list[str], cluster: str, effects: tuple[str, str], weight: str | None
) -> dict[str, Answer]:
    first, second = (effect or None for effect in effects)
    within = within_samples(frame, {"m": names}, cluster, first, weight, second_effect=second).within["m"]
    return {a.convention.name: a for a in conventional_answers(fit(within, names[0], names[1:]))}


@pytest.mark.parametrize("case", CASES, ids=lambda c: "-".join(str(c[k]) for k in list(c)[:5]))
def test_vcovcl_with_coeftest(case: dict) -> None:
    frame = pl.read_csv(HERE / "grunfeld.csv")
    weight = "weight" if case["weighted"] else None
    names = ["inv", "value", "capital"]
    found = answers(frame, names, case["cluster"], (case["first"], case["second"]), weight)["vcovcl"].coefficients
    at = found.terms.index(case["term"])
    # R's values carry 15 digits; QR on dummies and moments agree to rounding of 200 rows.
    assert found.df[at] == case["df"]
    assert found.estimate[at] == pytest.approx(case["estimate"], rel=1e-10)
    assert found.std_error[at] == pytest.approx(case["std_error"], rel=1e-10)
    assert found.p_value[at] == pytest.approx(case["p_value"], rel=1e-8)
    assert found.conf_low[at] == pytest.approx(case["conf_low"], rel=1e-9)
    assert found.conf_high[at] == pytest.approx(case["conf_high"], rel=1e-9)


@pytest.mark.parametrize("name", ["stata_xtreg", "reghdfe", "fixest"])
def test_the_value_that_stata_printed_for_a_panel_of_20_rows(name: str) -> None:
    """The vignette on standard errors of R's fixest gives 0.165385 of `xtreg, fe vce(cluster id)` with time dummies.

    It says of reghdfe, and shows of fixest, that they agree.
    """
    found = answers(pl.read_csv(HERE / "panel20.csv"), ["y", "x"], "id", ("id", "time"), None)
    assert found[name].coefficients.std_error[0] == pytest.approx(0.165385, abs=5e-7)
    assert found[name].coefficients.df[0] == 3


def test_counting_nested_dummies_makes_a_difference_on_that_panel() -> None:
    found = answers(pl.read_csv(HERE / "panel20.csv"), ["y", "x"], "id", ("id", "time"), None)
    # (N-K): 20 - 9 with all dummies, 20 - 6 without those of the persons.
    ratio = found["stata_areg"].coefficients.std_error[0] / found["stata_xtreg"].coefficients.std_error[0]
    assert ratio == pytest.approx((14 / 11) ** 0.5, rel=1e-12)
