"""The headline of every multiverse of the Hubei study is the published row of the table estimates."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from liandong.definitions import Multiverse, SampleRule, Scoring, Study, Text, load_study
from liandong.estimate import estimate_effects
from liandong.models import nominal_columns
from liandong.multiverse import run_multiverse
from liandong.workflow.intake import take_in
from liandong.workflow.preparation import analysis_frame

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"


@pytest.fixture(scope="module")
def hubei() -> tuple[Study, pl.DataFrame]:
    study = load_study(EXAMPLES / "hubei")
    assert study.instrument is not None
    intake = take_in(study, study.instrument.codebook, lambda _: None)
    frame = analysis_frame(study, intake.validated.accepted)
    return study, frame.with_columns(made_up=1 + pl.int_range(pl.len()) * 7 % 5 / 4)


@pytest.mark.parametrize("weight", [None, "made_up"])
@pytest.mark.parametrize("number", [0, 1])
def test_the_headline_is_the_published_estimate(
    hubei: tuple[Study, pl.DataFrame], number: int, weight: str | None
) -> None:
    study, frame = hubei
    effect = study.spec.analysis.effects[number]
    nominal = nominal_columns(study)
    chosen = Multiverse(
        effect=effect.id,
        scorings=(Scoring(outcome="trust", columns=("belonging",)),),
        samples=(SampleRule(name="old", title=Text(zh="老年", en="Old"), where="age >= 50"),),
        absorb=((), ("gender",)),
    )
    estimates = estimate_effects(frame, [effect], weight=weight, nominal=nominal).estimates
    specifications, summary = run_multiverse(frame, effect, chosen, weight, nominal)
    published = estimates.filter(step=effect.steps[-1].name, is_treatment=True)
    points = specifications.filter("is_headline").join(published.filter(metric="points"), on="outcome", how="left")
    assert points["outcome"].to_list() == ["belonging", "trust"]
    for name in ("estimate", "std_error", "df", "p_value", "conf_low", "conf_high", "n_obs", "n_clusters"):
        assert points[name].to_list() == pytest.approx(points[f"{name}_right"].to_list(), rel=1e-12, abs=1e-14)
    in_sd = published.filter(metric="sd")["estimate"].to_list()
    assert summary["headline_sd"].to_list() == pytest.approx(in_sd, rel=1e-12)
