"""What the verdicts make of two published designs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from liandong.audit import verdict_tables
from liandong.definitions import load_study
from liandong.disclose import suppress_small_cells
from liandong.estimate import estimate_effects, method_table, randomised_answers, robust_answers
from liandong.models import headline_models, nominal_columns, outcome_ranges
from liandong.workflow.case import effect_assignments
from liandong.workflow.intake import take_in
from liandong.workflow.preparation import analysis_frame

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"


def judged(name: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    study = load_study(EXAMPLES / name)
    assert study.instrument is not None
    frame = analysis_frame(study, take_in(study, study.instrument.codebook, lambda _: None).validated.accepted)
    analysis = study.spec.analysis
    inference = analysis.inference.model_copy(update={"draws": 999})
    found = estimate_effects(
        frame, analysis.effects, outcome_ranges=outcome_ranges(study), nominal=nominal_columns(study)
    )
    headline, assignments = headline_models(found.models), effect_assignments(study)
    robust = robust_answers(found.models, inference)
    randomised, _ = randomised_answers(frame, headline, assignments, inference)
    table = pl.concat([found.estimates, method_table(robust, randomised, headline, None)])
    return verdict_tables(headline, table, assignments, inference)


def rows(table: pl.DataFrame, effect: str) -> list[dict[str, Any]]:
    return table.filter(effect=effect).rows(named=True)


@pytest.fixture(scope="module")
def hubei() -> tuple[pl.DataFrame, pl.DataFrame]:
    return judged("hubei")


@pytest.fixture(scope="module")
def rice() -> pl.DataFrame:
    return judged("rice_insurance")[0]


def test_seven_untreated_people_cannot_carry_the_claim_of_hubei(hubei: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    found = rows(hubei[0], "social_work")
    assert [row["outcome"] for row in found] == ["belonging", "trust"]
    for row in found:
        assert (row["verdict"], row["recommended"], row["ci_method"]) == ("cannot_carry", "", "CR2")
        assert row["reasons"].split("+")[:2] == ["few_untreated", "few_untreated_clusters"]
        assert (row["n_untreated"], row["clusters_with_untreated"], row["n_clusters"]) == (7, 6, 32)
        assert row["effective_clusters"] == pytest.approx(5.8, abs=0.05)
        # A study that finds nothing smaller than one standard deviation was never going to find this.
        assert row["mde_sd"] > 1
        assert row["mde"] > 10 * abs(row["estimate"])


def test_the_other_effects_of_hubei_are_carried_by_cr2(hubei: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    for row in rows(hubei[0], "linkage") + rows(hubei[0], "contact"):
        assert (row["verdict"], row["recommended"], row["reasons"]) == ("carries", "CR2", "few_clusters")
        assert row["mde_sd"] < 0.2


def test_the_clusters_of_the_seven_are_hidden(hubei: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    verdicts, influence = (
        suppress_small_cells(name, table, 10) for name, table in zip(("verdicts", "influence"), hubei, strict=True)
    )
    for row in rows(verdicts, "social_work"):
        assert row["n_untreated"] is row["clusters_with_untreated"] is None
        assert row["mde"] is not None
    assert influence.filter(effect="social_work")["partial_leverage"].null_count() == 64
    # Two communities have fewer than ten respondents, for both outcomes.
    assert influence.filter(effect="linkage")["partial_leverage"].null_count() == 4


def test_unequal_clusters_ask_for_cr2_in_the_rice_study(rice: pl.DataFrame) -> None:
    (row,) = rows(rice, "first_round_default")
    assert (row["verdict"], row["recommended"]) == ("carries", "CR2")
    assert row["reasons"] == "few_effective_clusters+unequal_clusters+randomised_cluster"
    assert row["df"] < row["n_clusters"] / 2
    (row,) = rows(rice, "intensive_session")
    assert row["recommended"] == "CR2"
    assert row["reasons"] == "unequal_clusters+randomised_individual"
