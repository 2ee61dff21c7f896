"""Designs that carry little or nothing: a clear error, or a number with the reason why it is not to be trusted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

Run = Callable[..., Any]
GENDERS = [i % 3 // 2 for i in range(40)]


def _found(bundle: Path) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """Return the verdict, and the answers of the last step by method."""
    estimates = pl.read_csv(bundle / "tables" / "estimates.csv", infer_schema_length=None).filter(
        pl.col("is_treatment") & (pl.col("metric") == "points") & (pl.col("step") == "M2")
    )
    verdict = pl.read_csv(bundle / "tables" / "verdicts.csv").row(0, named=True)
    return verdict, {row["vcov"]: row for row in estimates.iter_rows(named=True)}


def _with_column(study: Any, name: str, values: list[float | None], kind: str = "number") -> None:
    extras = {"title_en": name}
    study.codebook["fields"].append({"name": name, "title": name, "type": kind, "liandong": extras})
    study.data = study.data.with_columns(pl.Series(name, values))


def test_five_clusters_take_webb_weights_and_carry_nothing(small_study: Any, liandong: Run, tmp_path: Path) -> None:
    small_study.data = small_study.data.with_columns(community=pl.format("c{}", pl.int_range(40) % 5))
    assert liandong("run", small_study.write(), "--out", tmp_path / "out").code == 0
    verdict, answers = _found(tmp_path / "out")
    assert (verdict["verdict"], verdict["recommended"]) == ("cannot_carry", None)
    assert "low_df" in verdict["reasons"].split("+")
    assert verdict["mde_sd"] > 1
    assert set(answers) == {"CR1", "CR2", "CR3", "WCR-W"}


def test_treated_people_of_one_community_carry_nothing(small_study: Any, liandong: Run, tmp_path: Path) -> None:
    small_study.data = small_study.data.with_columns(served=(pl.col("community") == "c0").cast(pl.Int64))
    small_study.raw["analysis"]["effects"][0]["absorb"] = []
    assert liandong("run", small_study.write(), "--out", tmp_path / "out").code == 0
    verdict, answers = _found(tmp_path / "out")
    assert verdict["verdict"] == "cannot_carry"
    assert "not_identified_without_cluster" in verdict["reasons"].split("+")
    assert verdict["mde_sd"] is None, "nobody knows what such a design would find"
    assert verdict["n_treated"] is None, "five people are too few to be published"
    assert "not_identified_without_cluster" in answers["CR2"]["flag"]
    width = {code: answer["conf_high"] - answer["conf_low"] for code, answer in answers.items()}
    assert verdict["ci_method"] == "WCR-R"
    assert width["WCR-R"] == max(width.values())


def test_a_perfect_fit_has_no_p_value(small_study: Any, liandong: Run, tmp_path: Path) -> None:
    small_study.data = small_study.data.with_columns(score=pl.col("served") * 2)
    assert liandong("run", small_study.write(), "--out", tmp_path / "out").code == 0
    verdict, answers = _found(tmp_path / "out")
    assert verdict["verdict"] == "cannot_carry"
    assert verdict["reasons"].split("+")[0] == "zero_variance"
    assert [answer["p_value"] for answer in answers.values()] == [None] * 4


@pytest.mark.parametrize(
    ("weights", "found"),
    [([-1.0] + [1.0] * 39, "1 negative"), ([None, None] + [1.0] * 38, "2 missing"), ([0.0] * 40, "40 zero")],
)
def test_unusable_weights_are_counted_and_refused(
    small_study: Any, liandong: Run, tmp_path: Path, weights: list[float | None], found: str
) -> None:
    _with_column(small_study, "weight", weights)
    small_study.raw["design"]["weight"] = "weight"
    outcome = liandong("run", small_study.write(), "--out", tmp_path / "out")
    assert (outcome.code, outcome.out) == (3, "")
    assert "design.weight: expected weights of zero or more" in outcome.err
    assert f"of the 40 accepted rows' values of 'weight' are {found}" in outcome.err
    assert "错误：" in outcome.err.splitlines()[-1]


def test_a_file_without_a_column_of_the_design_is_no_acceptable_data(
    small_study: Any, liandong: Run, tmp_path: Path
) -> None:
    _with_column(small_study, "weight", [1.0] * 40)
    small_study.raw["design"]["weight"] = "weight"
    small_study.data = small_study.data.drop("weight")
    outcome = liandong("run", small_study.write(), "--out", tmp_path / "out")
    assert (outcome.code, outcome.out) == (3, "")
    assert "weight, named under design.weight" in outcome.err
    assert not (tmp_path / "out").exists()


def test_one_cluster_and_missing_ids_are_refused(small_study: Any, liandong: Run, tmp_path: Path) -> None:
    whole = small_study.data
    small_study.raw["analysis"]["effects"][0]["absorb"] = []
    small_study.data = whole.with_columns(community=pl.lit("c0"))
    outcome = liandong("run", small_study.write(), "--out", tmp_path / "out")
    assert outcome.code == 4
    assert "at least two clusters of 'community'" in outcome.err

    small_study.codebook["fields"][1]["constraints"] = {}
    known = pl.when(pl.int_range(40) < 3).then(None).otherwise(pl.col("community"))
    small_study.data = whole.with_columns(community=known)
    outcome = liandong("run", small_study.write(), "--out", tmp_path / "out")
    assert outcome.code == 4
    assert "3 rows have no 'community'" in outcome.err


def test_made_weights_are_the_weights_of_every_command(small_study: Any, liandong: Run, tmp_path: Path) -> None:
    _with_column(small_study, "gender", [float(gender) for gender in GENDERS], "integer")
    small_study.data = small_study.data.with_columns(pl.col("gender").cast(pl.Int64))
    small_study.raw["design"]["weighting"] = {
        "method": "cells",
        "margins": [{"column": "gender", "targets": [[0, 0.5], [1, 0.5]]}],
        "source": {"zh": "虚构", "en": "Made up"},
    }
    study = small_study.write()
    assert liandong("run", study, "--out", tmp_path / "out").code == 0
    weights = pl.read_csv(tmp_path / "out" / "tables" / "weights.csv")
    assert weights["before"].to_list() == pytest.approx([1 - sum(GENDERS) / 40, sum(GENDERS) / 40])
    assert weights["after"].to_list() == pytest.approx([0.5, 0.5])
    verdict, answers = _found(tmp_path / "out")
    shown = liandong("explain-se", study)
    assert shown.code == 0
    (ours,) = [line for line in shown.out.splitlines() if "→" in line]
    assert f"{answers['CR1']['p_value']:.3f}" in ours
    believed = " ".join(shown.out.split()).partition("Verdict: ")[2]
    assert believed.startswith(f"believe {verdict['recommended']} (SE ")
    assert f"p {verdict['p_value']:.3f})" in believed
