"""Which inference a design can carry: one constructed design for every verdict, method and reason."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from liandong.audit import Circumstances, Found, judge
from liandong.audit.reasons import FATAL, LIMITING, REMARKS

CASES = yaml.safe_load((Path(__file__).parents[2] / "cases" / "judgement.yaml").read_text(encoding="utf-8"))
NAMES = [case["name"] for case in CASES]


def found(**known: Any) -> Found:
    return Found(**{**dict.fromkeys(("std_error", "df", "p_value", "conf_low", "conf_high")), **known})


BASE = Circumstances(
    estimate=0.2,
    n_clusters=60,
    n_clusters_second=None,
    n_treated=600,
    n_untreated=600,
    clusters_with_treated=30,
    clusters_with_untreated=30,
    answers={
        "iid": found(std_error=0.07, df=1198.0, p_value=0.004, conf_low=0.06, conf_high=0.34),
        "CR1": found(std_error=0.09, df=59.0, p_value=0.03, conf_low=0.02, conf_high=0.38),
        "CR2": found(std_error=0.1, df=55.0, p_value=0.04, conf_low=0.01, conf_high=0.39),
        "CR3": found(std_error=0.1, df=59.0, p_value=0.04, conf_low=0.005, conf_high=0.395),
        "WCR-R": found(p_value=0.04, conf_low=0.01, conf_high=0.39),
    },
    partial_leverage=0.03,
    leverage_ratio=1.2,
    without=(0.19, 0.21),
    identified_without=True,
    randomised=None,
    n_obs=1200,
)


def constructed(case: dict[str, Any]) -> Circumstances:
    answers = {**BASE.answers, **{code: found(**known) for code, known in case.get("answers", {}).items() if known}}
    gone = {code for code, known in case.get("answers", {}).items() if known is None}
    kept = {code: one for code, one in answers.items() if code not in gone}
    return replace(BASE, **case.get("change", {}), answers=kept)


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_the_rule(case: dict[str, Any]) -> None:
    given = judge(constructed(case))
    assert given.reasons == tuple(case["reasons"])
    assert given.verdict == case["verdict"]
    assert given.recommended == case.get("recommended", "")
    assert given.shown == case.get("shown", given.recommended)


def test_every_reason_and_method_has_a_case() -> None:
    given = [judge(constructed(case)) for case in CASES]
    assert {code for one in given for code in one.reasons} == {*FATAL, *LIMITING, *REMARKS, "enough_clusters"}
    assert {one.recommended for one in given} == {"", "CR1", "CR2", "twoway", "RI"}
    assert len(set(NAMES)) == len(NAMES)


@pytest.mark.parametrize("code", FATAL)
def test_each_grave_reason_alone_forbids_a_recommendation(code: str) -> None:
    forbidden = [one for one in map(judge, map(constructed, CASES)) if code in one.reasons and one.recommended != "RI"]
    grave = [one for one in forbidden if one.verdict == "cannot_carry"]
    assert grave
    assert all(one.recommended == "" for one in grave)
    assert any(not (set(one.reasons) & set(FATAL)) - {code} for one in grave)


def test_the_gravest_reasons_come_first() -> None:
    rank = {code: at for at, group in enumerate((FATAL, LIMITING, REMARKS)) for code in group}
    for case in CASES:
        codes = [code for code in judge(constructed(case)).reasons if code in rank]
        if "crossing_effect_too_fine" not in codes:  # grave or not, by the number of clusters
            assert [rank[code] for code in codes] == sorted(rank[code] for code in codes)


@pytest.mark.parametrize(
    ("low", "high", "conclusion"),
    [(0.1, 0.3, 1), (-0.3, -0.1, -1), (-0.1, 0.1, 0), (0.0, 0.1, 0), (None, None, 0), (0.1, float("inf"), 1)],
)
def test_an_interval_concludes_on_one_side_of_zero_only(low: float | None, high: float | None, conclusion: int) -> None:
    assert found(conf_low=low, conf_high=high).conclusion == conclusion
