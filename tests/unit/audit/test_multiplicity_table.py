"""Families of hypotheses: Holm and Benjamini-Hochberg are statsmodels', Romano-Wolf a plain loop's."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest

from liandong.audit import multiplicity_table
from liandong.definitions import Family, Inference, Text
from liandong.estimate import Robust, estimate_effects, robust_answers
from liandong.evidence import TABLES, conform
from liandong.inference import WildTest
from liandong.models import FittedModel, headline_models

OUTCOMES = ("trust", "belonging", "third", "fourth")


def family(*effects: str, name: str = "all") -> Family:
    return Family(id=name, title=Text(zh="族", en="family"), effects=effects)


@pytest.fixture(scope="module")
def frame(survey: pl.DataFrame) -> pl.DataFrame:
    rng = np.random.default_rng(6)
    noise = rng.normal(size=(survey.height, 2))
    return survey.with_columns(
        third=pl.col("visited") * 0.25 + pl.Series(noise[:, 0]),
        fourth=pl.Series(noise[:, 1]),
        few=pl.when(pl.col("community") < 5).then(pl.Series(noise[:, 0])),
        perfect=pl.col("visited") * 2,
    )


def carried_out(frame: pl.DataFrame, effects: list[Any], draws: int = 999) -> tuple[tuple[FittedModel, ...], Robust]:
    models = estimate_effects(frame, effects).models
    return headline_models(models), robust_answers(models, Inference(draws=draws))


@pytest.fixture(scope="module")
def tested(frame: pl.DataFrame, make_effect: Any) -> tuple[tuple[FittedModel, ...], Robust]:
    effects = [make_effect(outcomes=OUTCOMES), make_effect(id="other", role="secondary", treatment="member")]
    return carried_out(frame, effects)


def plain_romano_wolf(tests: list[WildTest]) -> list[float]:
    """Step down from the largest |t|, comparing with the largest |t*| of the hypotheses that are left."""
    left = list(range(len(tests)))
    p_values = [0.0] * len(tests)
    reached = 0.0
    while left:
        first = max(left, key=lambda i: abs(tests[i].statistic))
        exceed = 0
        for draw in range(tests[0].count):
            largest = max(abs(test.t_star[draw]) for test in (tests[i] for i in left) if test.t_star is not None)
            exceed += largest >= abs(tests[first].statistic)
        reached = max(reached, (exceed + 1) / (tests[0].count + 1))
        p_values[first] = reached
        left.remove(first)
    return p_values


def test_one_family_against_statsmodels_and_a_plain_loop(tested: tuple[tuple[FittedModel, ...], Robust]) -> None:
    from statsmodels.stats.multitest import multipletests

    headline, robust = tested
    table = conform("multiplicity", multiplicity_table([family("visit", "other")], headline, robust.wild))
    assert table.height == 5
    rows = {(row["effect"], row["outcome"]): row for row in table.rows(named=True)}
    keys = [(model.effect, model.outcome) for model in headline]
    p = [rows[key]["p_value"] for key in keys]
    assert p == [robust.wild[key].p_value for key in keys]
    for column, method in (("holm", "holm"), ("benjamini_hochberg", "fdr_bh")):
        # One multiplication and one division.
        np.testing.assert_allclose([rows[key][column] for key in keys], multipletests(p, method=method)[1], rtol=1e-12)
    assert [rows[key]["romano_wolf"] for key in keys] == plain_romano_wolf([robust.wild[key] for key in keys])
    assert {row["n_hypotheses"] for row in rows.values()} == {5}
    assert {(row["vcov"], row["draws"], row["family"]) for row in rows.values()} == {("WCR-R", 999, "all")}
    assert rows["other", "trust"]["role"] == "secondary"
    assert 0 < min(p) < 0.05 < max(p)  # or the steps would show nothing


def test_a_smaller_family_is_judged_less_strictly(tested: tuple[tuple[FittedModel, ...], Robust]) -> None:
    headline, robust = tested
    table = multiplicity_table([family("visit", "other"), family("other", name="one")], headline, robust.wild)
    assert table["family"].to_list() == ["all"] * 5 + ["one"]
    wide, narrow = (table.filter(family=name, effect="other").row(0, named=True) for name in ("all", "one"))
    assert narrow["holm"] == narrow["benjamini_hochberg"] == narrow["romano_wolf"] == narrow["p_value"]
    assert wide["romano_wolf"] > narrow["romano_wolf"]


def test_models_on_other_clusters_have_no_romano_wolf(frame: pl.DataFrame, make_effect: Any) -> None:
    effects = [make_effect(), make_effect(id="wide", absorb=(), cluster=("job",), outcomes=("fourth",))]
    headline, robust = carried_out(frame.with_columns(pl.int_range(pl.len()).mod(9).alias("job")), effects)
    table = multiplicity_table([family("visit", "wide")], headline, robust.wild)
    assert table["romano_wolf"].null_count() == 2
    assert table["holm"].null_count() == 0


def test_five_clusters_among_many_have_no_romano_wolf(frame: pl.DataFrame, make_effect: Any) -> None:
    headline, robust = carried_out(frame, [make_effect(outcomes=("trust", "few"), absorb=())])
    table = multiplicity_table([family("visit")], headline, robust.wild)
    assert sorted(table["vcov"]) == ["WCR-R", "WCR-W"]
    assert table["romano_wolf"].null_count() == 2
    assert table["holm"].null_count() == 0


def test_a_hypothesis_without_a_p_value_does_not_count(frame: pl.DataFrame, make_effect: Any) -> None:
    headline, robust = carried_out(frame, [make_effect(outcomes=("trust", "perfect", "third"))])
    table = multiplicity_table([family("visit")], headline, robust.wild)
    without = multiplicity_table([family("visit")], [m for m in headline if m.outcome != "perfect"], robust.wild)
    lost = table.filter(outcome="perfect").row(0, named=True)
    assert lost["p_value"] is lost["holm"] is lost["benjamini_hochberg"] is lost["romano_wolf"] is None
    assert table.filter(pl.col("outcome") != "perfect").equals(without)
    assert set(table["n_hypotheses"]) == {2}


def test_a_family_without_models_has_no_rows(tested: tuple[tuple[FittedModel, ...], Robust]) -> None:
    headline, robust = tested
    assert multiplicity_table([family("nobody")], headline, robust.wild).equals(TABLES["multiplicity"].empty())
    assert multiplicity_table([], headline, robust.wild).equals(TABLES["multiplicity"].empty())
    assert multiplicity_table([family("visit")], headline, {}).equals(TABLES["multiplicity"].empty())
