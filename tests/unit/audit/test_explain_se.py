from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from liandong.audit import explanation_table, spreads
from liandong.definitions import Effect, Step, Text
from liandong.estimate import Estimates, estimate_effects
from liandong.evidence import TABLES, conform
from liandong.inference import CONVENTIONS
from liandong.models import headline_models

KEY = ["effect", "outcome", "step", "term"]


def effect(**own: object) -> Effect:
    keys: dict[str, object] = {
        "id": "visit",
        "title": Text(zh="探访", en="Visits"),
        "role": "primary",
        "outcomes": ("trust", "belonging"),
        "treatment": "visited",
        "absorb": ("community",),
        "cluster": ("community",),
        "steps": (Step(name="M1", add=()), Step(name="M2", add=("age",))),
    }
    return Effect(**{**keys, **own})


@pytest.fixture(scope="module")
def estimates() -> Estimates:
    rng = np.random.default_rng(8)
    community = np.arange(240) % 12
    visited = (rng.random(240) < 0.5).astype(int)
    trust = 0.3 * visited + rng.normal(size=12)[community] + rng.normal(size=240)
    frame = pl.DataFrame(
        {
            "community": community,
            "visited": visited,
            "age": rng.integers(18, 80, 240),
            "trust": trust,
            "belonging": trust + rng.normal(size=240),
        }
    )
    return estimate_effects(frame, [effect(), effect(id="plain", absorb=(), outcomes=("trust",))])


@pytest.fixture(scope="module")
def table(estimates: Estimates) -> pl.DataFrame:
    return explanation_table(headline_models(estimates.models))


def test_each_headline_model_has_a_row_per_convention(table: pl.DataFrame) -> None:
    assert conform("explanations", table).height == table.height
    counts = {tuple(row[:4]): row[4] for row in table.group_by(KEY).len().rows()}
    alone = sum(not convention.needs_effect for convention in CONVENTIONS.values())
    assert counts == {
        ("visit", "trust", "M2", "visited"): len(CONVENTIONS),
        ("visit", "belonging", "M2", "visited"): len(CONVENTIONS),
        ("plain", "trust", "M2", "visited"): alone,
    }


def test_our_row_is_that_of_the_table_estimates(table: pl.DataFrame, estimates: Estimates) -> None:
    ours = table.filter("is_ours").sort(KEY)
    numbers = ["estimate", "std_error", "df", "statistic", "p_value", "conf_low", "conf_high"]
    own = estimates.estimates.filter((pl.col("metric") == "points") & pl.col("is_treatment"))
    published = own.join(ours.select(KEY), on=KEY).sort(KEY)
    assert published.height == ours.height == 3
    np.testing.assert_allclose(ours.select(numbers), published.select(numbers), rtol=1e-12)


def test_the_normal_has_no_degrees_of_freedom(table: pl.DataFrame) -> None:
    normal = table.filter(pl.col("distribution") == "normal")
    assert set(normal["convention"]) == {"absorbingls", "statsmodels"}
    assert normal["df"].null_count() == normal.height


def test_a_program_that_refuses_has_no_numbers_and_a_reason() -> None:
    rng = np.random.default_rng(9)
    frame = pl.DataFrame(
        {
            "community": np.arange(60) % 6,
            "wave": np.arange(60) % 4,
            "visited": rng.integers(0, 2, 60),
            "trust": rng.normal(size=60),
        }
    )
    steps = (Step(name="M1", add=()),)
    found = estimate_effects(frame, [effect(absorb=("wave",), outcomes=("trust",), steps=steps)])
    row = explanation_table(found.models).filter(pl.col("convention") == "stata_xtreg").row(0, named=True)
    assert {row[name] for name in ("std_error", "df", "statistic", "p_value", "conf_low", "factor")} == {None}
    assert (row["distribution"], row["formula"]) == ("", "Stata stops: panels are not nested within clusters")
    assert row["estimate"] is not None
    assert spreads(explanation_table(found.models))[0].n_answers == len(CONVENTIONS) - 1


def test_no_models_give_an_empty_table_with_its_columns() -> None:
    assert explanation_table([]).schema == pl.Schema(TABLES["explanations"].columns)
    assert spreads(explanation_table([])) == ()


def test_the_spread_names_the_ends_and_what_makes_them(table: pl.DataFrame) -> None:
    found = spreads(table)[0]
    rows = table.filter((pl.col("effect") == "visit") & (pl.col("outcome") == "trust"))
    p = dict(rows.select("convention", "p_value").rows())
    assert (found.p_low, found.p_high) == (min(p.values()), max(p.values()))
    assert p[found.lowest] == found.p_low
    assert p[found.highest] == found.p_high
    assert found.lowest == "absorbingls"  # no factor, and the normal: the smallest on every count
    assert found.n_answers == len(CONVENTIONS)
    assert found.error_low < 1 < found.error_high
    assert found.distributions == ("t(11)", "t(226)", "normal")
    assert found.own_p_value == p["liandong_cr1"]
    for low, high in (found.p_by_factor, found.p_by_distribution):
        assert found.p_low <= low <= found.own_p_value <= high <= found.p_high


def test_a_dispute_is_a_level_with_answers_on_both_sides(table: pl.DataFrame) -> None:
    found = replace(spreads(table)[0], p_low=0.04, p_high=0.06)
    assert found.disputed()
    assert not found.disputed(0.1)
    assert not replace(found, p_high=0.0499).disputed()
    assert replace(found, p_high=0.05).disputed()  # significant means p < 0.05
