from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from liandong.definitions import Effect
from liandong.estimate import compare_fits, crosscheck_plan, estimate_effects
from liandong.estimate.refit import refit, serve
from liandong.evidence import conform
from liandong.models import plan_effects

PIPELINE = Path(__file__).resolve().parents[3] / "pipeline"

MakeEffect = Callable[..., Effect]


def both(folder: Path, frame: pl.DataFrame, effects: Sequence[Effect], weight: str | None) -> tuple[Any, Any]:
    """Return our estimates and linearmodels' fits."""
    frame.write_parquet(folder / "rows.parquet")
    plan = crosscheck_plan(plan_effects(frame, effects), weight)
    return estimate_effects(frame, effects, weight=weight).estimates, refit(folder / "rows.parquet", plan)


@pytest.mark.parametrize("weight", [None, "weight"])
@pytest.mark.parametrize(
    ("absorb", "engine"),
    [
        ((), "linearmodels.PooledOLS"),
        (("district",), "linearmodels.PanelOLS"),
        (("community",), "linearmodels.PanelOLS"),
        (("community", "job"), "linearmodels.AbsorbingLS"),
    ],
)
def test_linearmodels_gives_the_same(
    tmp_path: Path,
    survey: pl.DataFrame,
    make_effect: MakeEffect,
    absorb: tuple[str, ...],
    engine: str,
    weight: str | None,
) -> None:
    # A singleton in both effects, rows of weight zero, and a control that is collinear with another.
    row = pl.int_range(pl.len())
    frame = survey.with_columns(
        community=pl.when(row == 0).then(99).otherwise("community"),
        weight=pl.when(row % 9 == 0).then(0.0).otherwise("weight"),
        birth=2021 - pl.col("age"),
    )
    effect = make_effect([[], ["age", "mode"], ["member", "birth"]], absorb=absorb, outcomes=("trust", "belonging"))
    estimates, fits = both(tmp_path, frame, [effect], weight)
    table = compare_fits(estimates, fits)
    assert table.select("outcome", "step").rows() == [(o, f"M{s}") for o in ("trust", "belonging") for s in (1, 2, 3)]
    assert table["agrees"].all()
    assert set(table["engine"]) == {engine}
    assert table["n_terms"].to_list() == [1, 4, 5] * 2
    # AbsorbingLS iterates; the others differ by rounding only.
    assert table["max_difference_std_error"].max() <= (1e-7 if len(absorb) > 1 else 1e-12)  # type: ignore[operator]
    conform("crosscheck", table)


@pytest.mark.parametrize(
    "spoil",
    [
        {"estimate": pl.col("estimate") + 1e-4 * pl.col("std_error")},
        {"std_error": pl.col("std_error") * 1.0001},
        {"n_obs": pl.col("n_obs") + 1},
        {"term": pl.col("term").str.replace("age", "wage")},
    ],
    ids=lambda spoil: next(iter(spoil)),
)
def test_a_difference_is_seen(
    tmp_path: Path, survey: pl.DataFrame, make_effect: MakeEffect, spoil: dict[str, pl.Expr]
) -> None:
    estimates, fits = both(tmp_path, survey, [make_effect([["age"]])], None)
    assert compare_fits(estimates, fits)["agrees"].to_list() == [True]
    assert compare_fits(estimates.with_columns(**spoil), fits)["agrees"].to_list() == [False]


def test_differences_are_bounds_in_powers_of_ten(tmp_path: Path, survey: pl.DataFrame, make_effect: MakeEffect) -> None:
    estimates, fits = both(tmp_path, survey, [make_effect()], None)
    off = estimates.with_columns(std_error=pl.col("std_error") * (1 + 2e-8))
    row = compare_fits(off, fits).row(0, named=True)
    assert (row["max_difference_estimate"], row["max_difference_std_error"]) == (1e-12, 1e-7)


def test_the_refit_runs_in_a_process_of_its_own(tmp_path: Path, survey: pl.DataFrame, make_effect: MakeEffect) -> None:
    effects = [make_effect([[], ["mode"]])]
    estimates, fits = both(tmp_path, survey, effects, None)
    task = {"rows": str(tmp_path / "rows.parquet"), "models": crosscheck_plan(plan_effects(survey, effects))}
    done = subprocess.run(
        [sys.executable, "-m", "liandong.estimate.refit"],
        input=json.dumps(task),
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": str(PIPELINE)},
    )
    assert done.stderr == ""
    assert compare_fits(estimates, json.loads(done.stdout)).equals(compare_fits(estimates, fits))


def test_a_refit_without_a_task_ends_quietly() -> None:
    answer = io.StringIO()
    serve(io.StringIO(""), answer)
    assert answer.getvalue() == ""
