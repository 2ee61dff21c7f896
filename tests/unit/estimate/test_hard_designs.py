"""Designs that carry little or nothing, from rows to the verdict.

Each is an error that says what to do, or a number with the reason why it is not to be trusted: never a bare number, a
traceback or a warning (pytest turns warnings into errors).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import polars as pl
import pytest

from liandong.audit import explanation_table, verdict_tables
from liandong.definitions import Assignment, Effect, Inference
from liandong.errors import EstimationError
from liandong.estimate import Estimates, estimate_effects, method_table, randomised_answers, robust_answers
from liandong.evidence import conform
from liandong.models import headline_models

MakeEffect = Callable[..., Effect]
OBSERVED = Assignment(kind="observational")
ROW = pl.int_range(pl.len())
SANDWICHES = ("CR1", "CR2", "CR3")


@dataclass(frozen=True)
class Outcome:
    """Everything that the chain from rows to verdicts gave."""

    estimates: Estimates
    table: pl.DataFrame
    verdicts: pl.DataFrame
    influence: pl.DataFrame
    notes: tuple[str, ...]

    @property
    def verdict(self) -> dict[str, Any]:
        """The only verdict."""
        (row,) = self.verdicts.rows(named=True)
        return row

    @property
    def reasons(self) -> list[str]:
        """Of the only verdict."""
        return str(self.verdict["reasons"]).split("+")

    def answer(self, vcov: str, **where: Any) -> dict[str, Any]:
        """The treatment's row of one method, in points."""
        rows = self.table.filter(pl.col("is_treatment"), metric="points", vcov=vcov, **where).rows(named=True)
        assert len(rows) == 1
        return rows[0]


def carried_out(
    frame: pl.DataFrame,
    effects: Sequence[Effect],
    *,
    weight: str | None = None,
    assignment: Assignment = OBSERVED,
    draws: int = 199,
) -> Outcome:
    inference = Inference(draws=draws)
    assignments = {effect.id: assignment for effect in effects}
    estimates = estimate_effects(frame, effects, weight=weight)
    headline = headline_models(estimates.models)
    robust = robust_answers(estimates.models, inference)
    randomised, remarks = randomised_answers(frame, headline, assignments, inference, weight)
    table = pl.concat([estimates.estimates, method_table(robust, randomised, headline, weight)])
    verdicts, influence = verdict_tables(headline, table, assignments, inference)
    explanation_table(headline)
    for name, made in (("estimates", table), ("verdicts", verdicts), ("influence", influence)):
        assert conform(name, made).height == made.height
    return Outcome(estimates, table, verdicts, influence, (*estimates.notes, *robust.notes, *remarks))


@pytest.fixture
def people() -> Callable[..., pl.DataFrame]:
    def make(sizes: Sequence[int], treated: str = "half") -> pl.DataFrame:
        """Rows with cluster g, treatment x (by person at random, or by an expression of g), outcome y, control z."""
        rng = np.random.default_rng(11)
        g = np.repeat(np.arange(len(sizes)), sizes)
        n = len(g)
        frame = pl.DataFrame({"g": g, "z": rng.normal(size=n), "u": rng.random(n), "d": g // 3})
        chosen = {
            "half": pl.col("u") < 0.5,
            "odd clusters": pl.col("g") % 2 == 1,
            "one cluster": pl.col("g") == 1,
            "all but one cluster": pl.col("g") != 1,
            "half of one cluster": (pl.col("g") == 1) & (pl.col("u") < 0.5),
        }
        noise = pl.Series(rng.normal(size=len(sizes))[g] * 0.5 + rng.normal(size=n))
        return frame.with_columns(x=chosen[treated].cast(pl.Int64)).with_columns(y=0.3 * pl.col("x") + noise)

    return make


People = Callable[..., pl.DataFrame]


@pytest.fixture
def effect(make_effect: MakeEffect) -> MakeEffect:
    def make(steps: Sequence[Sequence[str]] = ((),), **own: Any) -> Effect:
        return make_effect(steps, **{"outcomes": ("y",), "treatment": "x", "absorb": (), "cluster": ("g",), **own})

    return make


def test_one_cluster_is_an_error_with_a_remedy(people: People, effect: MakeEffect) -> None:
    with pytest.raises(EstimationError, match="at least two clusters of 'g'; the 40 rows lie in 1") as caught:
        carried_out(people([40]), [effect()])
    assert caught.value.where
    assert caught.value.hint


def test_clusters_of_one_respondent_are_as_good_as_any(people: People, effect: MakeEffect) -> None:
    found = carried_out(people([1] * 80), [effect()])
    assert (found.verdict["verdict"], found.verdict["recommended"]) == ("carries", "CR1")
    assert found.verdict["n_clusters"] == 80


def test_clusters_of_one_respondent_cannot_be_absorbed(people: People, effect: MakeEffect) -> None:
    with pytest.raises(EstimationError, match="so the fixed effect absorbs it"):
        carried_out(people([1] * 80), [effect(absorb=("g",))])


def test_an_effect_that_swallows_the_treatment_is_an_error(people: People, effect: MakeEffect) -> None:
    with pytest.raises(EstimationError, match="'x' is the same for everybody in each of its 12 levels") as caught:
        carried_out(people([10] * 12, "odd clusters"), [effect(absorb=("g",))])
    assert caught.value.hint


@pytest.mark.parametrize("treated", ["one cluster", "all but one cluster"])
def test_an_arm_in_one_cluster_carries_nothing(people: People, effect: MakeEffect, treated: str) -> None:
    found = carried_out(people([12] * 12, treated), [effect()])
    assert found.verdict["verdict"] == "cannot_carry"
    assert found.reasons[0] == "not_identified_without_cluster"
    assert found.verdict["recommended"] == ""
    # CR2 leaves the lone cluster out and would be content with ten degrees of freedom: the bootstrap's interval stands.
    assert found.answer("CR2")["df"] == pytest.approx(10)
    assert found.answer("CR2")["flag"] == "not_identified_without_cluster"
    assert found.verdict["ci_method"] == "WCR-R"
    own, theirs = (row["conf_high"] - row["conf_low"] for row in (found.verdict, found.answer("CR2")))
    assert own > 3 * theirs
    assert found.verdict["mde"] is None
    assert any("not identified: x without g 1" in note for note in found.notes)
    assert found.influence.filter(pl.col("estimate_without").is_null())["cluster"].to_list() == ["1"]


def test_a_treatment_inside_one_cluster_leaves_nothing_to_test(people: People, effect: MakeEffect) -> None:
    found = carried_out(people([40] * 12, "half of one cluster"), [effect(absorb=("g",))])
    assert found.verdict["verdict"] == "cannot_carry"
    assert {"not_identified_without_cluster", "zero_variance"} <= set(found.reasons)
    for vcov in SANDWICHES:
        row = found.answer(vcov)
        assert row["std_error"] == 0
        assert row["p_value"] is row["conf_low"] is row["statistic"] is None
        assert "zero_variance" in row["flag"].split("+")


def test_one_treated_and_one_untreated_cluster_give_no_p_value(people: People, effect: MakeEffect) -> None:
    found = carried_out(people([30, 30], "odd clusters"), [effect()])
    assert {"not_identified_without_cluster", "zero_variance"} <= set(found.reasons)
    assert found.table.filter(is_treatment=True)["p_value"].null_count() == found.table.filter(is_treatment=True).height
    assert found.verdict["mde"] is None


@pytest.mark.parametrize(("size", "kind"), [(2, "WCR-W"), (3, "WCR-W"), (4, "WCR-W"), (5, "WCR-W"), (6, "WCR-R")])
def test_few_clusters_take_webbs_weights_and_carry_little(
    people: People, effect: MakeEffect, size: int, kind: str
) -> None:
    found = carried_out(people([40] * size), [effect()])
    wild = {row["vcov"] for row in found.table.rows(named=True)} & {"WCR-R", "WCR-W"}
    assert wild == {kind}
    assert found.verdict["verdict"] == ("limited" if size == 6 else "cannot_carry")
    assert "few_clusters" in found.reasons
    assert ("low_df" in found.reasons) == (size < 6)


def test_two_clusters_reject_nothing_at_all(people: People, effect: MakeEffect) -> None:
    found = carried_out(people([40] * 2), [effect()])
    wild = found.answer("WCR-W")
    assert (wild["conf_low"], wild["conf_high"]) == (-np.inf, np.inf)
    assert wild["flag"] == "unbounded_below+unbounded_above+level_out_of_reach"
    assert "wild_unbounded" in found.reasons


def test_a_disconnected_set_says_so(people: People, effect: MakeEffect) -> None:
    frame = people([10] * 4)
    flags = []
    for seed in range(8):  # which of them depends on the treatment; a quarter of such samples does it
        noise = pl.Series(np.random.default_rng(seed).normal(size=frame.height))
        flags.append(carried_out(frame.with_columns(y=noise), [effect()]).answer("WCR-W")["flag"])
    assert "disconnected" in flags
    assert "" in flags


@pytest.mark.parametrize("outcome", [2 * pl.col("x"), 2 * pl.col("x") + 3 * pl.col("z"), pl.col("x") * 1e9 - 7])
def test_a_perfect_fit_has_no_p_value(people: People, effect: MakeEffect, outcome: pl.Expr) -> None:
    found = carried_out(people([20] * 12).with_columns(y=outcome), [effect(((), ("z",)))])
    assert found.verdict["verdict"] == "cannot_carry"
    assert found.reasons[0] == "zero_variance"
    assert found.verdict["p_value"] is found.verdict["conf_low"] is found.verdict["mde"] is None
    for vcov in (*SANDWICHES, "WCR-R"):
        row = found.answer(vcov, step="M2")
        assert row["p_value"] is row["conf_low"] is row["conf_high"] is None
        assert "zero_variance" in row["flag"].split("+")
        assert row["ci_method"] == ""


def test_clusters_whose_means_fit_perfectly_have_no_p_value(people: People, effect: MakeEffect) -> None:
    frame = people([20] * 12, "odd clusters").with_columns(y=pl.col("x") + ROW % 2)
    found = carried_out(frame, [effect()])
    assert found.reasons[0] == "zero_variance"
    assert found.verdict["verdict"] == "cannot_carry"


def test_a_lot_does_not_save_a_perfect_fit(people: People, effect: MakeEffect) -> None:
    frame = people([20] * 12).with_columns(y=2 * pl.col("x"))
    lot = Assignment(kind="randomised", unit="individual", strata="g")
    found = carried_out(frame, [effect(absorb=("g",))], assignment=lot)
    assert found.verdict["verdict"] == "cannot_carry"


def test_weights_of_zero_leave_the_sample_and_their_clusters(people: People, effect: MakeEffect) -> None:
    frame = people([20] * 14).with_columns(w=pl.when(pl.col("g") < 2).then(0.0).otherwise(1 + pl.col("u")))
    found = carried_out(frame, [effect()], weight="w")
    alone = carried_out(frame.filter(pl.col("g") >= 2), [effect()], weight="w")
    assert found.verdicts.equals(alone.verdicts)
    assert found.verdict["n_clusters"] == 12


@pytest.mark.parametrize("weight", [-1.0, None, float("nan"), float("inf")])
def test_a_weight_that_is_none_is_an_error(people: People, effect: MakeEffect, weight: float | None) -> None:
    frame = people([20] * 12).with_columns(w=pl.when(ROW == 5).then(pl.lit(weight, pl.Float64)).otherwise(1.0))
    with pytest.raises(EstimationError, match="a weight of zero or more in every accepted row") as caught:
        carried_out(frame, [effect()], weight="w")
    assert caught.value.hint


@pytest.mark.parametrize(("heavy", "reason", "verdict"), [(1e6, "few_after_weighting", "cannot_carry"), (1.0, "", "")])
def test_one_person_may_not_weigh_more_than_all_others(
    people: People, effect: MakeEffect, heavy: float, reason: str, verdict: str
) -> None:
    frame = people([20] * 12).with_columns(w=pl.when(ROW == 5).then(heavy).otherwise(1.0))
    found = carried_out(frame, [effect()], weight="w")
    assert (reason in found.reasons) == bool(reason)
    assert verdict in {"", found.verdict["verdict"]}


def test_weights_of_any_size_are_the_same_weights(people: People, effect: MakeEffect) -> None:
    frame = people([20] * 12).with_columns(w=1 + pl.col("u"))
    one, other = (carried_out(frame.with_columns(pl.col("w") * c), [effect()], weight="w") for c in (1.0, 1e-12))
    for column in ("std_error", "p_value", "conf_low", "mde"):
        assert one.verdict[column] == pytest.approx(other.verdict[column], rel=1e-9)  # rounding of the rescaling
    assert one.reasons == other.reasons


@pytest.mark.parametrize("column", ["g", "d"])
def test_a_missing_cluster_id_is_an_error_either_way(people: People, effect: MakeEffect, column: str) -> None:
    frame = people([20] * 12).with_columns(pl.when(ROW != 5).then(column).alias(column))
    with pytest.raises(EstimationError, match="a cluster id in every accepted row; 1 of 240 rows have none"):
        carried_out(frame, [effect(cluster=("g", "d"))])


def test_a_treatment_of_three_values_is_judged_by_its_clusters(people: People, effect: MakeEffect) -> None:
    frame = people([20] * 12).with_columns(x=ROW % 3)
    found = carried_out(frame, [effect()])
    assert found.verdict["n_treated"] is found.verdict["clusters_with_treated"] is None
    assert (found.verdict["verdict"], found.reasons) == ("carries", ["few_clusters"])


@pytest.mark.parametrize(
    ("varying", "verdict", "reason"),
    [(1, "cannot_carry", "not_identified_without_cluster"), (3, "cannot_carry", "low_df"), (7, "limited", "modest_df")],
)
def test_a_dose_that_varies_in_few_clusters_is_judged_by_these(
    people: People, effect: MakeEffect, varying: int, verdict: str, reason: str
) -> None:
    frame = people([20] * 40).with_columns(x=pl.when(pl.col("g") < varying).then("u").otherwise(0.0))
    found = carried_out(frame, [effect(absorb=("g",))])
    assert found.verdict["verdict"] == verdict
    assert {reason, "varies_in_few_clusters"} <= set(found.reasons)


@pytest.mark.parametrize(
    "label",
    [
        pl.col("g") * 7 - 3,
        pl.lit("村") + pl.col("g").cast(pl.String).str.zfill(3),
        pl.lit(date(2020, 1, 1)) + pl.duration(days=pl.col("g")),
        pl.col("g").cast(pl.Float64) / 4,
        pl.col("g").cast(pl.String).str.zfill(3).cast(pl.Categorical),
    ],
    ids=["integer", "text", "date", "number", "category"],
)
def test_the_type_of_a_cluster_label_changes_nothing(people: People, effect: MakeEffect, label: pl.Expr) -> None:
    frame = people([20] * 12)
    plain = carried_out(frame, [effect(((), ("z",)), absorb=("d",))])
    other = carried_out(frame.with_columns(g=label), [effect(((), ("z",)), absorb=("d",))])
    numbers = ["estimate", "std_error", "df", "p_value", "conf_low", "conf_high"]
    # The order of the clusters is the same, so the draws are; sums may take another order within a cell.
    assert np.allclose(plain.verdicts.select(numbers).to_numpy(), other.verdicts.select(numbers).to_numpy(), rtol=1e-9)
    assert plain.verdicts["reasons"].to_list() == other.verdicts["reasons"].to_list()
    assert other.influence["cluster"].n_unique() == 12


@pytest.mark.parametrize(("clusters", "verdict", "recommended"), [(60, "limited", "CR1"), (12, "cannot_carry", "")])
def test_where_cells_explode_there_is_cr1_and_the_reason(
    people: People,
    effect: MakeEffect,
    monkeypatch: pytest.MonkeyPatch,
    clusters: int,
    verdict: str,
    recommended: str,
) -> None:
    monkeypatch.setattr("liandong.moments.collect._FEW_CELLS", 10)
    frame = people([1200 // clusters] * clusters).with_columns(q=ROW * 37 % 101)
    found = carried_out(frame, [effect(absorb=("q",))])
    assert found.table["vcov"].unique().to_list() == ["CR1"]
    assert (found.verdict["verdict"], found.verdict["recommended"]) == (verdict, recommended)
    assert found.reasons[0] == "crossing_effect_too_fine"
    assert found.verdict["leverage_ratio"] is found.verdict["without_one_low"] is None
    assert found.influence.is_empty()
    assert any("no CR2, CR3 or wild bootstrap; the levels of 'q' cross the clusters" in note for note in found.notes)


def test_two_absorbed_effects_have_every_method(people: People, effect: MakeEffect) -> None:
    frame = people([20] * 12).with_columns(s=ROW % 5)
    found = carried_out(frame, [effect(absorb=("d", "s"))])
    assert set(found.table["vcov"]) == {"CR1", "CR2", "CR3", "WCR-R"}
    assert found.verdict["recommended"] == "CR2"


@pytest.fixture
def crossing(people: People) -> pl.DataFrame:
    """1,200 people in 30 clusters and two fixed effects of more than 200 levels each."""
    rng = np.random.default_rng(4)
    return people([40] * 30).with_columns(
        q=pl.Series(rng.integers(0, 300, 1200)), r=pl.Series(rng.integers(0, 250, 1200))
    )


def test_two_large_effects_are_not_assessed_and_leave_the_others_alone(
    crossing: pl.DataFrame, effect: MakeEffect
) -> None:
    large, small = effect(id="large", absorb=("q", "r")), effect(id="small", absorb=("g",))
    found = carried_out(crossing, [large, small])
    first, second = found.verdicts.rows(named=True)
    assert (first["effect"], first["verdict"], first["reasons"]) == ("large", "not_assessed", "two_large_effects")
    assert first["recommended"] == ""
    row = found.answer("CR1", effect="large")
    assert all(first[name] == row[name] for name in ("estimate", "std_error", "df", "p_value", "conf_low", "n_obs"))
    assert (second["effect"], second["verdict"]) == ("small", "carries")
    assert second == carried_out(crossing, [small]).verdict


def test_two_large_effects_that_fit_perfectly_give_no_p_value(crossing: pl.DataFrame, effect: MakeEffect) -> None:
    found = carried_out(crossing.with_columns(y=2 * pl.col("x")), [effect(absorb=("q", "r"))])
    assert found.verdict["verdict"] == "cannot_carry"
    assert found.verdict["reasons"] == "zero_variance+two_large_effects"
    assert found.verdict["p_value"] is None


def test_an_outcome_with_five_clusters_does_not_change_the_weights_of_another(
    people: People, effect: MakeEffect
) -> None:
    frame = people([20] * 30).with_columns(few=pl.when(pl.col("g") < 5).then("y"))
    both = carried_out(frame, [effect(outcomes=("y", "few"))])
    alone = carried_out(frame, [effect()])
    assert both.answer("WCR-W", outcome="few")["n_clusters"] == 5
    assert both.answer("WCR-R", outcome="y") == alone.answer("WCR-R")
