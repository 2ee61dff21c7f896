"""The Hubei example, read from its .sav by pandas alone, so that the pipeline can be held against it."""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from liandong.definitions import load_study

ROOT = Path(__file__).parents[3]
STUDY = ROOT / "examples" / "hubei"
AREAS = (
    *("anxiety", "sleep", "appetite", "hope", "depression", "integration", "social", "family"),
    *("economic", "medical", "job"),
)
ITEMS = ("help", "difficulty", "member", "outsider", "voice", "together", "bond", "distant")
BELONGING = [f"belong_{item}" for item in ITEMS]
TRUST = [f"trust_{level}" for level in ("subdistrict", "district", "city", "province", "central")]
SERVED = {"social_worker": 611, "community": 504}
IMPROVED = {
    "anxiety": 192,
    "sleep": 187,
    "appetite": 144,
    "hope": 116,
    "depression": 95,
    "integration": 102,
    "social": 92,
    "family": 26,
}
STEPS: tuple[list[str], ...] = (
    [],
    ["age", "female", "education", "married", "party_member"],
    ["household_size", "income", "self_rated_health", "infected_family", "bereaved", "quarantined"],
    ["served_community", "served_social_org", "served_volunteer", "served_charity", "served_self_org"],
)
# Term of social workers in steps M1 to M4, by pyfixest, and its CRV1 standard error in M4.
COEFFICIENTS = {
    "belonging": ((0.0406, 0.0275, 0.0261, 0.0200), 0.0703),
    "trust": ((0.0383, 0.0127, 0.0204, 0.0180), 0.0615),
}
# Every row that has to be rejected, in order of the file: 1-based row, number, and what is wrong with it.
FAULTY = (
    (43, "same as the row before"),
    (100, "number with two contents"),
    (102, "number with two contents"),
    (171, "unknown community"),
    (239, "age out of range"),
    (312, "age out of range"),
    (385, "improved without need"),
    (461, "ends before it starts"),
    (550, "no consent"),
)


@pytest.fixture(scope="module")
def sav() -> tuple[pd.DataFrame, Any]:
    import pyreadstat

    frame, meta = pyreadstat.read_sav(STUDY / "data" / "responses.sav", user_missing=True)
    return frame, meta


def reasons(raw: pd.DataFrame) -> pd.Series[str]:
    """Why each row is to be rejected, in plain pandas; empty text for rows to be accepted."""
    communities = pd.read_csv(STUDY / "data" / "communities.csv")
    why = pd.Series("", index=raw.index)
    copy = raw.duplicated()
    contents = raw[~copy]
    ambiguous = contents.respondent_id[contents.respondent_id.duplicated(keep=False)]
    why[copy] += "same as the row before"
    why[raw.respondent_id.isin(ambiguous)] += "number with two contents"
    why[~raw.community.isin(communities.community)] += "unknown community"
    why[(raw.age < 18) | (raw.age > 105)] += "age out of range"
    for area in AREAS:
        why[(raw[f"need_{area}"] == 0) & raw[f"improved_{area}"].isin([0, 1])] += "improved without need"
    why[raw.interview_end <= raw.interview_start] += "ends before it starts"
    why[raw.consent != 1] += "no consent"
    return why


@pytest.fixture(scope="module")
def accepted(sav: tuple[pd.DataFrame, Any]) -> pd.DataFrame:
    raw, _ = sav
    return raw[reasons(raw) == ""]


@pytest.fixture(scope="module")
def scored(accepted: pd.DataFrame, sav: tuple[pd.DataFrame, Any]) -> pd.DataFrame:
    frame = accepted.copy()
    for name, ranges in sav[1].missing_ranges.items():
        frame[name] = frame[name].mask(frame[name].isin([part["lo"] for part in ranges]))
    frame[["belong_outsider", "belong_distant"]] = 6 - frame[["belong_outsider", "belong_distant"]]
    for scale, items, minimum in (("belonging", BELONGING, 6), ("trust", TRUST, 4)):
        enough = frame[items].notna().sum(axis=1) >= minimum
        frame[scale] = ((frame[items].mean(axis=1) - 1) / 4).where(enough)
    frame["female"] = (frame.gender == 2).astype(float)
    frame["married"] = (frame.marital == 2).astype(float).where(frame.marital.notna())
    return frame


def test_the_script_writes_the_committed_bytes_again(tmp_path: Path) -> None:
    environment = os.environ | {"PYTHONPATH": str(ROOT / "pipeline")}
    subprocess.run([sys.executable, str(STUDY / "simulate.py"), str(tmp_path)], check=True, env=environment)
    for name in ("responses.sav", "communities.csv"):
        assert (tmp_path / name).read_bytes() == (STUDY / "data" / name).read_bytes(), name


def test_the_file_says_that_it_is_simulated_and_stays_small(sav: tuple[pd.DataFrame, Any]) -> None:
    _, meta = sav
    assert "SIMULATED" in meta.file_label
    assert "模拟" in meta.file_label
    assert any("模拟数据" in note for note in meta.notes)
    assert (STUDY / "data" / "responses.sav").stat().st_size < 400_000


def test_the_study_loads_and_says_that_it_is_simulated() -> None:
    study = load_study(STUDY)
    assert study.spec.simulated
    assert study.spec.notice is not None
    assert "模拟" in study.spec.notice.zh
    assert "simulated" in study.spec.notice.en
    assert study.spec.design is not None
    assert study.spec.design.assignment.kind == "observational"
    assert all(source.exists for source in study.data.values())


def test_exactly_the_faulty_rows_are_to_be_rejected(sav: tuple[pd.DataFrame, Any]) -> None:
    why = reasons(sav[0])
    found = tuple((row, reason) for row, reason in enumerate(why, start=1) if reason)
    assert found == FAULTY


def test_the_rows_with_two_contents_really_differ_and_belong_to_nobody_else(sav: tuple[pd.DataFrame, Any]) -> None:
    raw, _ = sav
    twins = raw[raw.respondent_id == "R90001"]
    assert len(twins) == 2
    assert not twins.duplicated(keep=False).any()
    assert not raw[reasons(raw) == ""].respondent_id.isin(twins.respondent_id).any()


def test_618_people_in_32_communities_are_left_each_with_a_number_of_their_own(accepted: pd.DataFrame) -> None:
    sizes = accepted.groupby("community").size()
    assert len(accepted) == 618
    assert accepted.respondent_id.is_unique
    assert len(sizes) == 32
    assert sizes.min() >= 8
    assert sizes.nunique() > 8  # unequal, as communities are


@pytest.mark.parametrize(("provider", "count"), SERVED.items())
def test_as_many_people_are_served_as_published(accepted: pd.DataFrame, provider: str, count: int) -> None:
    answers = accepted[f"served_{provider}"]
    assert (answers == 1).sum() == count
    assert answers.isin([0, 1]).all()


@pytest.mark.parametrize("provider", ["social_org", "charity", "self_org"])
def test_three_to_five_in_ten_are_served_by_the_others(accepted: pd.DataFrame, provider: str) -> None:
    answers = accepted[f"served_{provider}"]
    known = answers[answers.isin([0, 1])]
    assert 0.3 < known.mean() < 0.5
    assert 600 < len(known) < 618  # some cannot tell


@pytest.mark.parametrize(("area", "count"), IMPROVED.items())
def test_as_many_people_are_better_as_published_and_more_were_in_need(
    accepted: pd.DataFrame, area: str, count: int
) -> None:
    need, improved = accepted[f"need_{area}"], accepted[f"improved_{area}"]
    assert (improved == 1).sum() == count
    assert ((need == 1) & (improved == 1)).sum() == count
    assert need.isin([0, 1]).all()  # all 618 are below the line, so nobody's need may be unknown …
    assert improved[need == 1].isin([0, 1]).all()  # … nor what became of it
    assert 1.3 * count < (need == 1).sum() < 4 * count


@pytest.mark.parametrize("area", ["economic", "medical", "job"])
def test_few_people_name_material_improvement(accepted: pd.DataFrame, area: str) -> None:
    assert 0 < (accepted[f"improved_{area}"] == 1).sum() < 0.08 * 618


def test_the_published_percentages_follow_from_the_counts(accepted: pd.DataFrame) -> None:
    checked = 0
    for claim in load_study(STUDY).claims:
        if claim.kind != "percent" or isinstance(claim.published, str):
            continue
        assert claim.quantity is not None
        assert claim.quantity.indicator is not None
        part, _, name = claim.quantity.indicator.partition("_")
        column = {"coverage": "served", "improvement": "improved"}[part] + "_" + name
        assert round(100 * (accepted[column] == 1).sum() / 618, claim.decimals) == claim.published, claim.id
        checked += 1
    assert checked == 10


def test_the_seven_without_a_social_worker_live_in_six_communities_beside_people_with_one(scored: pd.DataFrame) -> None:
    untreated = scored[scored.served_social_worker == 0]
    columns = ["belonging", "trust", *(name for step in STEPS for name in step)]
    assert len(untreated) == 7
    assert untreated.community.nunique() == 6
    assert untreated[columns].notna().all().all()
    assert (
        scored[scored.community.isin(untreated.community)].groupby("community").served_social_worker.mean().min() > 0.5
    )


@pytest.mark.parametrize("outcome", COEFFICIENTS)
@pytest.mark.filterwarnings("ignore")  # of pyfixest and what it imports
def test_the_largest_models_give_the_published_coefficients(scored: pd.DataFrame, outcome: str) -> None:
    import pyfixest

    estimates, std_error = COEFFICIENTS[outcome]
    steps = list(accumulate(STEPS, lambda before, added: before + added))
    sample = scored.dropna(subset=[outcome, "served_social_worker", *steps[-1]])
    models = [
        pyfixest.feols(
            f"{outcome} ~ {' + '.join(['served_social_worker', *step])} | community",
            data=sample,
            vcov={"CRV1": "community"},
        )
        for step in steps
    ]
    found = [float(model.coef()["served_social_worker"]) for model in models]
    # The table above has four decimals; the published coefficient has three, and is met with room to spare.
    assert found == pytest.approx(estimates, abs=6e-5)
    assert f"{found[-1]:.3f}" == {"belonging": "0.020", "trust": "0.018"}[outcome]
    assert float(models[-1].se()["served_social_worker"]) == pytest.approx(std_error, abs=6e-5)
    assert len(sample) > 500
    assert (sample.served_social_worker == 0).sum() == 7


@pytest.mark.parametrize(("scale", "items"), [("belonging", BELONGING), ("trust", TRUST)])
def test_scales_are_reliable_and_spread_out(scored: pd.DataFrame, scale: str, items: list[str]) -> None:
    answers = scored[items].dropna()
    k = len(items)
    alpha = k / (k - 1) * (1 - answers.var().sum() / answers.sum(axis=1).var())
    assert 0.8 < alpha < 0.9
    assert 0.15 < scored[scale].std() < 0.22
    assert 0.5 < scored[scale].mean() < 0.75
    assert (answers.corr().to_numpy() > 0.2).all()  # reversed items agree once they are turned


def test_communities_differ_in_both_outcomes_but_not_by_much(scored: pd.DataFrame) -> None:
    for outcome in ("belonging", "trust"):
        groups = scored.dropna(subset=[outcome]).groupby("community")[outcome]
        within = groups.var().mul(groups.size() - 1).sum() / (groups.size() - 1).sum()
        between = groups.mean().var() - (within / groups.size()).mean()
        assert 0.03 < between / (between + within) < 0.2, outcome


def test_services_go_together(accepted: pd.DataFrame) -> None:
    names = [f"served_{name}" for name in ("community", "social_org", "volunteer", "charity", "self_org")]
    answers = accepted[names].where(accepted[names].isin([0, 1]))
    correlations = answers.corr().to_numpy()[np.triu_indices(5, 1)]
    assert (correlations > 0.03).all()
    assert correlations.mean() > 0.1


def test_the_three_kinds_of_missing_are_declared_and_used_apart_from_blank(
    sav: tuple[pd.DataFrame, Any], accepted: pd.DataFrame
) -> None:
    declared = [(part["lo"], part["hi"]) for part in sav[1].missing_ranges["freq_charity"]]
    assert declared == [(97, 97), (98, 98), (99, 99)]
    # One person's satisfaction was spoilt: an answer stands where 97 should.
    assert (accepted.satisfaction_charity == 97).sum() == (accepted.served_charity != 1).sum() - 1
    satisfaction = accepted[[name for name in accepted.columns if name.startswith("satisfaction_")]]
    assert all((satisfaction == code).any().any() for code in (98, 99))
    assert satisfaction.isna().any().any()
    income = accepted.income.value_counts(normalize=True)
    assert 0.02 < income[99] < 0.08
    assert (accepted.trust_subdistrict == 99).sum() > (accepted.belong_help == 99).sum()


def test_labels_are_chinese_and_come_from_the_codebook(sav: tuple[pd.DataFrame, Any]) -> None:
    _, meta = sav
    study = load_study(STUDY)
    assert study.instrument is not None
    fields = study.instrument.codebook.fields
    assert list(meta.column_names) == [field.name for field in fields]
    assert list(meta.column_labels) == [field.title for field in fields]
    assert meta.variable_value_labels["served_charity"] == {0: "否", 1: "是", 98: "不知道", 99: "拒绝回答"}


def test_spoilt_answers_of_accepted_people_touch_no_published_figure(accepted: pd.DataFrame) -> None:
    spoilt = {
        "answered though not served": (accepted.served_charity == 0) & accepted.satisfaction_charity.between(1, 5),
        "frequency though not served": (accepted.served_self_org == 0) & accepted.freq_self_org.between(1, 4),
        "longer here than alive": (accepted.residence_years < 97) & (accepted.residence_years > accepted.age),
        "no such code": accepted.employment == 9,
        "not four digits": ~accepted.phone_tail.isin([""]) & ~accepted.phone_tail.str.fullmatch("[0-9]{4}"),
        "retired too young": (accepted.employment == 3) & (accepted.age < 40),
        "too short": accepted.interview_end - accepted.interview_start < pd.Timedelta(minutes=8),
        "too late at night": accepted.interview_start.dt.hour >= 22,
    }
    assert {name: int(rows.sum()) for name, rows in spoilt.items()} == dict.fromkeys(spoilt, 1)


def test_interviewers_work_in_one_community_and_in_one_interview_at_a_time(accepted: pd.DataFrame) -> None:
    assert accepted.groupby("interviewer").community.nunique().max() == 1
    assert accepted.groupby("community").interviewer.nunique().min() == 2
    for _, interviews in accepted.sort_values("interview_start").groupby("interviewer"):
        assert (interviews.interview_start.iloc[1:].to_numpy() >= interviews.interview_end.iloc[:-1].to_numpy()).all()
