"""The rice-insurance study, real data, from the survey file to the finished documents."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from tests.cases.present.walking import unbound

from liandong.evidence import TABLES

ROOT = Path(__file__).resolve().parents[2]
# no family, mediation, dose or Likert item is named in the study, no weights are made, and two kinds of coverage are no
# overlap
WITHOUT_ROWS = {"overlap", "weights", "unanswered", "multiplicity", "mediation", "dose", "dose_tests", "ordinal"}
STUDY = ROOT / "examples" / "rice_insurance" / "study.yaml"


@pytest.fixture(scope="module")
def bundle(example_bundle: Callable[[str], Path]) -> Path:
    return example_bundle("rice_insurance")


def _text(bundle: Path, lang: str) -> str:
    from pypdf import PdfReader

    reader = PdfReader(bundle / "report" / f"evaluation.{lang}.pdf")
    return " ".join("\n".join(page.extract_text() for page in reader.pages).split())


def test_all_households_are_accepted(bundle: Path) -> None:
    rows = json.loads((bundle / "manifest.json").read_text(encoding="utf-8"))["rows"]
    assert rows == {"received": 1410, "accepted": 1410, "rejected": 0}


def test_the_documented_number_comes_out(bundle: Path) -> None:
    table = pl.read_csv(bundle / "tables" / "estimates.csv")
    fullest = table.filter(
        (pl.col("outcome") == "pre_takeup_rate")
        & (pl.col("term") == "default")
        & (pl.col("metric") == "points")
        & (pl.col("vcov") == "CR1")
    ).sort("step")
    row = fullest.row(-1, named=True)
    assert round(row["estimate"], 8) == 0.11802574
    assert round(row["std_error"], 8) == 0.03443307
    assert (row["n_obs"], row["n_clusters"]) == (1378, 166)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_report_prints_the_documented_number(bundle: Path, lang: str) -> None:
    text = _text(bundle, lang)
    for number in ("0.118", "(0.034)", "1,378", "166"):
        assert number in text


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_real_data_are_not_called_simulated(bundle: Path, lang: str) -> None:
    text = _text(bundle, lang)
    assert "模拟" not in text
    assert "simulated" not in text.lower()


def test_sections_without_data_are_not_there(bundle: Path) -> None:
    page = (bundle / "report" / "evaluation.en.html").read_text(encoding="utf-8")
    assert "Cronbach" not in page
    assert "has-coverage" not in page


def test_a_randomised_study_may_speak_of_effects(bundle: Path) -> None:
    assert "effect" in _text(bundle, "en").lower()


def test_linearmodels_agrees(bundle: Path) -> None:
    check = pl.read_csv(bundle / "tables" / "crosscheck.csv")
    assert check.height > 0
    assert check["agrees"].all()


def test_every_table_that_the_study_asks_for_has_rows(
    bundle: Path, assert_sound: Callable[[Path, set[str]], None]
) -> None:
    assert_sound(bundle, set(TABLES) - WITHOUT_ROWS - {"scales", "items"})


def test_a_large_experiment_is_judged_by_cr2_beside_its_lot(bundle: Path) -> None:
    verdicts = pl.read_csv(bundle / "tables" / "verdicts.csv")
    assert verdicts["verdict"].to_list() == ["carries", "carries"]
    assert verdicts["recommended"].to_list() == ["CR2", "CR2"]
    reasons = [set(text.split("+")) for text in verdicts["reasons"]]
    assert "randomised_individual" in reasons[0]
    assert "randomised_cluster" in reasons[1]
    by_lot = pl.read_csv(bundle / "tables" / "estimates.csv", infer_schema_length=None).filter(
        (pl.col("vcov") == "RI") & (pl.col("metric") == "points")
    )
    assert by_lot.select("effect", "outcome").rows() == verdicts.select("effect", "outcome").rows()
    for lot, verdict in zip(by_lot.iter_rows(named=True), verdicts.iter_rows(named=True), strict=True):
        assert lot["ci_method"] == "inversion"
        assert lot["std_error"] is None
        assert lot["conf_low"] < lot["estimate"] < lot["conf_high"]
        assert (lot["p_value"] < 0.05) == (verdict["p_value"] < 0.05)


def test_arms_are_compared_together_and_by_lot_alike(bundle: Path) -> None:
    tests = pl.read_csv(bundle / "tables" / "balance_tests.csv")
    assert set(tests["effect"]) == {"intensive_session", "first_round_default"}
    assert (tests["p_value"] > 0.05).all(), "arms drawn by lot differ by chance only"
    compared = pl.read_csv(bundle / "tables" / "balance.csv").filter(pl.col("effect") == "intensive_session")
    assert compared["covariate"].n_unique() == tests["n_covariates"][0] == 8


def test_small_cells_are_not_published(bundle: Path) -> None:
    table = pl.read_csv(bundle / "tables" / "indicators.csv", infer_schema_length=None)
    shown = table.filter(~pl.col("suppressed") & pl.col("numerator_n").is_not_null())
    small = shown.filter(pl.col("numerator_n").is_between(1, 9))
    rest = shown.filter((pl.col("denominator_n") - pl.col("numerator_n")).is_between(1, 9))
    assert shown.height >= 5  # several are left to look at: bases that differ by few people hide others
    assert small.is_empty()
    assert rest.is_empty()


def test_tables_are_those_kept(bundle: Path, assert_golden: Callable[[str, Path], None]) -> None:
    assert_golden("rice_insurance", bundle)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_number_of_the_text_can_be_traced_in_all_formats(bundle: Path, lang: str) -> None:
    assert unbound(bundle, "evaluation", lang) == []
