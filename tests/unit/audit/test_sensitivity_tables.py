"""Tables of sensitivity, benchmarks and contours for the models of a study."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from liandong.audit import SensitivityTables, sensitivity_tables
from liandong.estimate import estimate_effects
from liandong.evidence import TABLES, conform
from liandong.inference import fit, partial_strengths, selection, sensitivity

Make = Any
STEPS = ((), ("age", "mode"), ("member",))


@pytest.fixture(scope="module")
def models(survey: pl.DataFrame, make_effect: Make) -> Any:
    effects = [
        make_effect(id="nested", outcomes=("trust", "belonging"), steps=STEPS),
        make_effect(id="single", steps=(("age", "member"),)),
        make_effect(id="bare"),
    ]
    return estimate_effects(survey, effects, weight="weight").models


@pytest.fixture(scope="module")
def tables(models: Any) -> SensitivityTables:
    return sensitivity_tables(models)


def row(table: pl.DataFrame, **key: Any) -> dict[str, Any]:
    return table.row(by_predicate=pl.all_horizontal(pl.col(k) == v for k, v in key.items()), named=True)


def test_tables_are_as_declared(tables: SensitivityTables) -> None:
    for name in ("sensitivity", "benchmarks", "contours"):
        assert dict(conform(name, getattr(tables, name)).schema) == dict(TABLES[name].columns)


def test_the_last_step_is_judged_and_compared_with_the_first(models: Any, tables: SensitivityTables) -> None:
    steps = [model for model in models if (model.effect, model.outcome) == ("nested", "trust")]
    found, stability = sensitivity(steps[-1].fit, "visited"), selection(steps[0].fit, steps[-1].fit, "visited")
    written = row(tables.sensitivity, effect="nested", outcome="trust")
    assert (written["step"], written["term"]) == ("M3", "visited")
    assert written["robustness_value_alpha"] == found.robustness_value_alpha
    assert written["robustness_value_iid"] == found.robustness_value_iid
    assert (written["std_error"], written["df"]) == (found.std_error, 23.0)
    assert (written["oster_delta"], written["r2_max"]) == (stability.delta, stability.r2_max)
    ends = (written["oster_bound_low"], written["oster_bound_high"])
    assert ends == tuple(sorted((stability.estimate, stability.bias_adjusted)))
    assert ("negative_delta" in written["note"]) == (stability.delta < 0)


def test_a_single_step_is_compared_with_the_treatment_alone(models: Any, tables: SensitivityTables) -> None:
    model = next(model for model in models if model.effect == "single")
    alone = fit(model.fit.within, "trust", ["visited"])
    written = row(tables.sensitivity, effect="single")
    assert written["estimate_uncontrolled"] == pytest.approx(alone.coefficients[0])
    assert written["r2_uncontrolled"] == pytest.approx(alone.r2_within)


def test_without_controls_there_is_nothing_to_compare_with(tables: SensitivityTables) -> None:
    written = row(tables.sensitivity, effect="bare")
    assert written["note"] == "no_controls"
    assert written["robustness_value"] > 0
    assert {written[name] for name in ("oster_delta", "oster_bound_low", "estimate_uncontrolled")} == {None}
    assert tables.benchmarks.filter(pl.col("effect") == "bare").is_empty()


def test_benchmarks_are_blocks_then_controls_each_three_times(models: Any, tables: SensitivityTables) -> None:
    own = tables.benchmarks.filter(effect="nested", outcome="trust")
    assert own["covariates"].unique(maintain_order=True).to_list() == ["age+mode", "member", "age", "mode"]
    assert own["multiple"].to_list() == [1.0, 2.0, 3.0] * 4
    model = [m for m in models if (m.effect, m.outcome) == ("nested", "trust")][-1]
    of_mode = partial_strengths(model.fit, "visited", ["mode=visit", "mode=web"])
    once = row(own, covariates="mode", multiple=1.0)
    assert once["r2_treatment"] == pytest.approx(of_mode[0] / (1 - of_mode[0]))


def test_contours_hold_everything_that_is_drawn_on_them(tables: SensitivityTables) -> None:
    for key, grid in tables.contours.group_by("effect", "outcome"):
        own = row(tables.sensitivity, effect=key[0], outcome=key[1])
        marks = tables.benchmarks.filter(effect=key[0], outcome=key[1])
        assert grid.height == 441
        for axis in ("r2_treatment", "r2_outcome"):
            limit = grid[axis].max()
            assert limit > max([own["robustness_value"], *marks[axis].drop_nulls()])
            assert grid[axis].min() == 0.0
        origin = row(grid, r2_treatment=0.0, r2_outcome=0.0)
        assert origin["adjusted_estimate"] == pytest.approx(own["estimate"])


def test_a_control_that_nearly_is_the_treatment_makes_no_benchmark(survey: pl.DataFrame, make_effect: Make) -> None:
    twin = survey.with_columns(twin=pl.col("visited") + (pl.int_range(pl.len()) % 29 == 0).cast(pl.Int64) * 0.5)
    tables = sensitivity_tables(estimate_effects(twin, [make_effect(steps=(("twin",),))]).models)
    assert tables.benchmarks["multiple"].to_list() == [1.0, 2.0, 3.0]
    assert tables.benchmarks["adjusted_estimate"].is_null().all()
    assert tables.contours.height == 441
