"""Every term of every step of both studies equals pyfixest's CRV1 to 1e-9, with and without weights."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from liandong.definitions import Study, load_study
from liandong.estimate import Estimates, estimate_effects
from liandong.models import nominal_columns, outcome_ranges
from liandong.workflow.intake import take_in
from liandong.workflow.preparation import analysis_frame

# pyfixest 0.60 still uses what pandas 3.1 deprecates.
pytestmark = pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"


def accepted(name: str) -> tuple[Study, pl.DataFrame]:
    """Return a study and its accepted rows with scores, derived columns and made-up weights."""
    study = load_study(EXAMPLES / name)
    assert study.instrument is not None
    intake = take_in(study, study.instrument.codebook, lambda _: None)
    frame = analysis_frame(study, intake.validated.accepted)
    return study, frame.with_columns(made_up=1 + pl.int_range(pl.len()) * 7 % 5 / 4)


@pytest.fixture(scope="module")
def studies() -> dict[str, tuple[Study, pl.DataFrame]]:
    return {name: accepted(name) for name in ("rice_insurance", "hubei")}


def estimated(study: Study, frame: pl.DataFrame, weight: str | None) -> Estimates:
    return estimate_effects(
        frame,
        study.spec.analysis.effects,
        weight=weight,
        outcome_ranges=outcome_ranges(study),
        nominal=nominal_columns(study),
    )


@pytest.mark.parametrize("weight", [None, "made_up"])
@pytest.mark.parametrize("name", ["rice_insurance", "hubei"])
def test_every_model_equals_pyfixest(
    studies: dict[str, tuple[Study, pl.DataFrame]], name: str, weight: str | None
) -> None:
    import pyfixest

    study, frame = studies[name]
    table = estimated(study, frame, weight).estimates.filter(metric="points")
    assert table["flag"].str.contains("dropped").sum() == 0  # both studies name controls that add something
    for (effect, outcome), models in table.group_by("effect", "outcome", maintain_order=True):
        (plan,) = (e for e in study.spec.analysis.effects if e.id == effect)
        sample = frame.drop_nulls([str(outcome), *models["term"].unique(), *plan.absorb]).to_pandas()
        for _, model in models.group_by("step", maintain_order=True):
            terms = model["term"].to_list()
            theirs = pyfixest.feols(
                f"{outcome} ~ {' + '.join(terms)} | {plan.absorb[0]}",
                sample,
                vcov={"CRV1": plan.cluster[0]},
                weights=weight,
                fixef_rm="singleton",
            )
            tidy = theirs.tidy().loc[terms]
            assert set(model["n_obs"]) == {theirs._N}
            # Rounding of two algorithms; age and area are far from unit scale.
            np.testing.assert_allclose(model["estimate"], tidy["Estimate"], rtol=1e-9, atol=1e-13)
            np.testing.assert_allclose(model["std_error"], tidy["Std. Error"], rtol=1e-9)
            np.testing.assert_allclose(model["p_value"], tidy["Pr(>|t|)"], rtol=1e-8)
            np.testing.assert_allclose(model["conf_low"], tidy["2.5%"], rtol=1e-8, atol=1e-13)
            np.testing.assert_allclose(model["conf_high"], tidy["97.5%"], rtol=1e-8, atol=1e-13)


def test_the_documented_number_of_the_rice_study(studies: dict[str, tuple[Study, pl.DataFrame]]) -> None:
    found = estimated(*studies["rice_insurance"], None).estimates.filter(
        effect="first_round_default", step="M2", term="default", metric="points"
    )
    row = found.row(0, named=True)
    # Printed as 0.118 (0.034) in The Effect, chapter 19; known to eight digits.
    assert row["estimate"] == pytest.approx(0.11802574, abs=5e-9)
    assert row["std_error"] == pytest.approx(0.03443307, abs=5e-9)
    assert (row["n_obs"], row["n_clusters"], row["df"]) == (1_378, 166, 165)


def test_the_published_coefficients_of_the_hubei_study(studies: dict[str, tuple[Study, pl.DataFrame]]) -> None:
    found = estimated(*studies["hubei"], None)
    fullest = found.estimates.filter(effect="social_work", step="M4", term="served_social_worker", metric="points")
    slopes = dict(fullest.select("outcome", "estimate").iter_rows())
    assert {outcome: round(slope, 3) for outcome, slope in slopes.items()} == {"belonging": 0.020, "trust": 0.018}
    untreated = found.design.filter(effect="social_work")["n_untreated"].to_list()
    assert untreated == [7, 7]
    assert all("few_untreated_clusters" in flag for flag in fullest["flag"])
