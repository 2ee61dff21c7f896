"""Hand-made tables of field supervision: a survey of many interviewers, one of none, and one that has everything."""

from __future__ import annotations

from typing import Any

from tests.cases.present.rows import Rows, both, label

CHECKS = {
    "speeders": (1, "interviews", "过快", "Speeders", "短于8分钟", "Shorter than 8 minutes"),
    "rejected": (1, "interviews", "未通过校验", "Rejected interviews", "规则", "A rule was broken"),
    "straight_lining": (2, "interviews", "直线作答", "Straight-lining", "同一答案", "One answer to all"),
    "target": (3, "interviews", "距计划总数", "Still missing", "计划", "Planned"),
}
WHAT = {
    "speeders": ("只用了{value}分钟：抽查录音", "Took {value} minutes only: listen to the recording"),
    "rejected": ("未通过校验（{value}）：查原始问卷", "Rejected ({value}): look at the original"),
    "straight_lining": ("各题都答{value}：请访员说明", "All answered {value}: ask the interviewer"),
    "target": ("已接受/计划：{value}", "Accepted / planned: {value}"),
}
Case = tuple[str, int | None, str, str, str]


def supervised_manifest(*, interviewer: str | None = "asker", complete: bool = True) -> dict[str, Any]:
    study = {"id": "field", "title": both("督导", "Field"), "simulated": False, "report": {"date": "2026-03-10"}}
    return {
        "complete": complete,
        "rows": {"received": 160, "accepted": 150, "rejected": 10},
        "study": study,
        "fieldwork": {"interviewer": interviewer, "community": "place"},
    }


def check_rows(*, not_made: tuple[str, ...] = ()) -> Rows:
    rows = [
        {"check": name, "unit": unit, "title_zh": zh, "title_en": en, "rule_zh": rule_zh, "rule_en": rule_en,
         "state": "made", "n_checked": 160, "n_flagged": 12, "source": "IPA: ipacheck", "suppressed": False}
        for name, (_, unit, zh, en, rule_zh, rule_en) in CHECKS.items()
    ]  # fmt: skip
    lacking = [{"check": name, "title_zh": name, "title_en": name, "unit": "interviews", "state": "not_made",
                "lacking": "quality.hours"} for name in not_made]  # fmt: skip
    return [*rows, *lacking]


def label_rows() -> Rows:
    return [
        label("field", "asker", "访员", "Interviewer"),
        label("level", "asker", "张甲", "Mr A", level="w1"),
        label("level", "place", "东湖", "East Lake", level="c1"),
        label("field", "age", "年龄", "Age"),
    ]


def case_rows(cases: list[Case], listed: int = 20) -> dict[str, Rows]:
    """Return findings and to_do of cases: check, row, interviewer, community, value."""
    findings: Rows = []
    for name in CHECKS:
        own = [case for case in cases if case[0] == name]
        for at, (_, row, interviewer, community, value) in enumerate(own, start=1):
            findings.append(
                {"check": name, "number": at, "severity": CHECKS[name][0], "row": row, "interviewer": interviewer,
                 "community": community, "value": value, "field": "", "key": "",
                 "day": "" if row is None else "2026-03-02", "n_total": len(own)}
            )  # fmt: skip
    first = sorted((row for row in findings if row["number"] <= listed), key=lambda row: row["severity"])
    to_do = []
    for order, row in enumerate(first, start=1):
        zh, en = (text.format(value=row["value"]) for text in WHAT[row["check"]])
        kept = {name: value for name, value in row.items() if name not in {"number", "size"}}
        to_do.append({**kept, "order": order, "what_zh": zh, "what_en": en})
    return {"findings": findings, "to_do": to_do}


def interviewer_rows(count: int, flagged: dict[str, str] | None = None) -> Rows:
    marks = flagged or {}
    return [
        {"interviewer": f"w{i}", "n": 10 + i % 5, "n_accepted": 10, "n_rejected": i % 5, "minutes_median": 20.0 + i,
         "share_short": 0.125, "share_straight": 0.0, "share_missing": 0.015, "n_flags": int(f"w{i}" in marks),
         "flags": marks.get(f"w{i}", "")}
        for i in range(1, count + 1)
    ]  # fmt: skip


def community_rows(count: int) -> Rows:
    return [
        {"community": f"c{i}", "n": 20, "n_accepted": 18, "n_rejected": 2, "target": 20, "still_missing": 2,
         "state": "open", "n_interviewers": 2}
        for i in range(1, count + 1)
    ]  # fmt: skip


def day_rows(count: int) -> Rows:
    return [
        {"day": f"2026-03-{i:02d}", "n": 10, "n_rejected": 0, "n_interviewers": 5, "cumulative": 10 * i, "target": 200,
         "share_of_target": i / 20}
        for i in range(1, count + 1)
    ]  # fmt: skip
