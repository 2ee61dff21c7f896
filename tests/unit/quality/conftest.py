"""A simulated survey: 600 interviews by 40 interviewers in 20 communities, clean, or with planted faults of field work.

The answers of a clean survey depend on the person and the community, not on the interviewer.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
import yaml

from liandong.definitions import Study, load_study
from liandong.evidence.typed_rows import ROW, kind_column, kinds_type
from liandong.quality import Received

INTERVIEWERS, COMMUNITIES, EACH = 40, 20, 15
ROWS = INTERVIEWERS * EACH
ITEMS = [f"item{i}" for i in range(8)]
FILTERS = [f"filter{i}" for i in range(6)]
FOLLOWS = [f"follow{i}" for i in range(6)]
OTHERS = [f"other{i}" for i in range(20)]
CODED = [*ITEMS, *FILTERS, *FOLLOWS, *OTHERS]


def _field(name: str, kind: str, role: str, **more: Any) -> dict[str, Any]:
    extras = {"title_en": name.capitalize(), "role": role, **more.pop("liandong", {})}
    return {"name": name, "title": f"题{name}", "type": kind, "liandong": extras, **more}


def _coded(name: str, codes: list[int], role: str = "item", **extras: Any) -> dict[str, Any]:
    return _field(name, "integer", role, constraints={"enum": codes}, liandong=extras)


FIELDS = [
    _field("id", "string", "id"),
    _field("who", "string", "paradata"),
    _field("place", "string", "cluster"),
    _field("start", "datetime", "paradata"),
    _field("end", "datetime", "paradata"),
    _field("sent", "datetime", "paradata"),
    _coded("sex", [1, 2], "demographic"),
    _field("age", "integer", "demographic"),
    _field("income", "number", "demographic"),
    _field("moved", "date", "demographic"),
    *(_coded(name, [1, 2, 3, 4, 5]) for name in ITEMS),
    *(_coded(name, [0, 1], "question") for name in FILTERS),
    *(_coded(name, [1, 2, 3, 4, 5], "question", asked_if=f"filter{i} == 1") for i, name in enumerate(FOLLOWS)),
    *(_coded(name, [1, 2, 3, 4, 5], "question") for name in OTHERS),
]
TITLE = {"zh": "模拟", "en": "Simulated"}
QUALITY: dict[str, Any] = {
    "interviewer": "who",
    "started": "start",
    "ended": "end",
    "submitted": "sent",
    "hours": [7, 22],
    "period": ["2026-05-01", "2026-06-30"],
    "ages": ["age"],
    "blocks": [{"id": "items", "title": TITLE, "fields": ITEMS, "reversed": ["item6", "item7"]}],
    "date_order": [["start", "end"]],
    "contradictions": [{"id": "young_and_rich", "title": TITLE, "check": "age < 25 and income > 100000"}],
    "targets": {"column": "place", "counts": [[f"C{c:02}", 2 * EACH] for c in range(COMMUNITIES)]},
    "back_check": {
        "table": "again",
        "key": ["id"],
        "stable": ["sex", "age"],
        "checked": ["income", "other0"],
        "tolerance": {"age": 1},
        "checker": "checker",
    },
}


@dataclass(frozen=True, slots=True, eq=False)
class Survey:
    """A survey ready for the checks: `frame` has ``_row`` and the fields, `kinds` the kinds of missing by field."""

    study: Study
    frame: pl.DataFrame
    second: pl.DataFrame
    kinds: dict[str, list[str | None]]
    rejected: tuple[int, ...] = ()
    breaches: tuple[tuple[int, str], ...] = ()

    @property
    def received(self) -> Received:
        """As the checks take it."""
        known = {kind for column in self.kinds.values() for kind in column if kind is not None}
        kinds = [
            pl.Series(kind_column(name), values, dtype=pl.String).cast(kinds_type(known))
            for name, values in self.kinds.items()
        ]
        rules = [
            ("sex.enum", "enum", "blank", "sex", "性别", "Sex"),
            ("consent", "cross_field", "reject", "sex", "同意", "Consent"),
        ]
        return Received(
            rows=self.frame.with_columns(kinds),
            columns=frozenset(self.frame.columns) - {ROW},
            coded=frozenset(self.kinds),
            rejected=pl.Series(ROW, self.rejected, dtype=pl.Int64),
            breaches=pl.DataFrame(list(self.breaches), schema={"row": pl.Int64, "rule": pl.String}, orient="row"),
            rules=pl.DataFrame(
                rules,
                schema=dict.fromkeys(("rule", "kind", "action", "field", "title_zh", "title_en"), pl.String),
                orient="row",
            ),
        )

    def set(self, name: str, rows: Any, values: Any) -> Survey:
        """Return the survey with other answers to `name` in the rows at these positions."""
        column = self.frame[name].to_list()
        listed = values if isinstance(values, list) else [values] * len(rows)
        for at, value in zip(rows, listed, strict=True):
            column[at] = value
        return replace(self, frame=self.frame.with_columns(pl.Series(name, column, dtype=self.frame.schema[name])))

    def of(self, interviewer: str) -> np.ndarray[Any, np.dtype[np.intp]]:
        """Return the positions of an interviewer's rows."""
        return np.flatnonzero((self.frame["who"] == interviewer).to_numpy())


def load(folder: Path, quality: dict[str, Any]) -> Study:
    """Write a study with these `quality` keys and load it."""
    (folder / "instrument").mkdir(parents=True)
    codebook = {"fields": FIELDS, "primaryKey": ["id"], "liandong": {"title": TITLE, "version": "1"}}
    study = {
        "id": "simulated",
        "title": TITLE,
        "instrument": "instrument",
        "data": {"responses": "r.csv", "again": "again.csv"},
        "design": {"cluster": "place", "assignment": {"kind": "observational"}},
        "quality": quality,
    }
    (folder / "instrument" / "codebook.yaml").write_text(yaml.safe_dump(codebook, allow_unicode=True), encoding="utf-8")
    (folder / "study.yaml").write_text(yaml.safe_dump(study, allow_unicode=True), encoding="utf-8")
    return load_study(folder)


@pytest.fixture(scope="session")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return load(tmp_path_factory.mktemp("quality") / "study", QUALITY)


@pytest.fixture(scope="session")
def with_quality(tmp_path_factory: pytest.TempPathFactory) -> Callable[[dict[str, Any]], Study]:
    return lambda quality: load(tmp_path_factory.mktemp("quality") / "study", quality)


@pytest.fixture(scope="session")
def clean(study: Study) -> Callable[[int], Survey]:
    """Return a clean survey by seed."""
    return lambda seed: simulate(study, seed)


def simulate(study: Study, seed: int) -> Survey:
    draw = np.random.default_rng(seed)
    who = np.repeat(np.arange(INTERVIEWERS), EACH)
    place = who // 2
    person, community = draw.normal(size=ROWS), draw.normal(scale=0.3, size=COMMUNITIES)[place]
    start = np.datetime64("2026-05-04T08:00") + np.tile(np.arange(EACH), INTERVIEWERS) // 5 * np.timedelta64(1, "D")
    start = start + (np.tile(np.arange(EACH), INTERVIEWERS) % 5) * np.timedelta64(100, "m")
    minutes = np.clip(np.exp(draw.normal(3.5, 0.2, ROWS)), 18, 90).astype(int)
    columns: dict[str, Any] = {
        ROW: np.arange(1, ROWS + 1),
        "id": [f"R{i:04}" for i in range(ROWS)],
        "who": [f"I{i:02}" for i in who],
        "place": [f"C{c:02}" for c in place],
        "start": start.astype("datetime64[us]"),
        "end": (start + minutes * np.timedelta64(1, "m")).astype("datetime64[us]"),
        "sent": (start + (minutes + 5) * np.timedelta64(1, "m")).astype("datetime64[us]"),
        "sex": draw.integers(1, 3, ROWS),
        "age": draw.integers(18, 88, ROWS),
        "income": np.round(np.exp(draw.normal(8.2, 0.6, ROWS)), 1),
        "moved": (np.datetime64("2026-04-01") - draw.integers(0, 9000, ROWS) * np.timedelta64(1, "D")).astype(
            "datetime64[D]"
        ),
    }
    for name in [*ITEMS, *OTHERS]:
        sign = -1 if name in {"item6", "item7"} else 1
        weight = 0.8 if name in ITEMS else 0.4
        answer = np.round(3 + sign * weight * person + community + draw.normal(scale=1.1, size=ROWS))
        columns[name] = np.clip(answer, 1, 5).astype(int)
    for i in range(len(FILTERS)):
        opened = draw.random(ROWS) < 0.6
        columns[f"filter{i}"] = opened.astype(int)
        columns[f"follow{i}"] = [int(v) if o else None for v, o in zip(draw.integers(1, 6, ROWS), opened, strict=True)]
    frame = pl.DataFrame(columns).with_columns(pl.col("start", "end", "sent").cast(pl.Datetime("us")))
    checked = np.sort(draw.choice(ROWS, 120, replace=False))
    second = frame[checked].select("id", "sex", "age", "income", "other0").with_row_index(ROW, offset=1)
    second = second.with_columns(pl.col(ROW).cast(pl.Int64), checker=pl.format("B{}", pl.col(ROW) % 3))
    kinds: dict[str, list[str | None]] = {}
    for name in OTHERS[:6]:
        refused = draw.random(ROWS) < 0.03
        frame = frame.with_columns(pl.when(~pl.Series(refused)).then(pl.col(name)).alias(name))
        kinds[name] = ["refused" if r else None for r in refused]
    return Survey(study, frame, second, kinds)


@pytest.fixture(scope="session")
def faulty(clean: Callable[[int], Survey]) -> Survey:
    """Return a survey with one fault of each kind.

    I01 invents: copies of one interview with one answer changed. I05 rushes. I09 rounds ages. I13 ticks one answer
    down the items. I17 gives other answers than the back-check. I21 closes filters. I25 leaves answers out. I29 lifts
    other19.
    """
    survey = _invented(clean(7))
    rushed = survey.of("I05")[:8]
    starts = survey.frame["start"]
    survey = survey.set("end", rushed, [starts[int(i)] + dt.timedelta(minutes=4) for i in rushed])
    ages = survey.frame["age"]
    survey = survey.set("age", survey.of("I09"), [int(round(ages[int(i)] / 5) * 5) for i in survey.of("I09")])
    for name in ITEMS:
        survey = survey.set(name, survey.of("I13")[:12], 5)
    for name in FILTERS:
        survey = survey.set(name, survey.of("I21"), 0)
    for name in FOLLOWS:
        survey = survey.set(name, survey.of("I21"), None)
    for name in OTHERS[8:14]:
        survey = survey.set(name, survey.of("I25")[:13], None)
    survey = survey.set("other19", survey.of("I29"), 5)
    survey = survey.set("income", [100], 5_000_000.0).set("age", [200], 24).set("income", [200], 150_000.0)
    survey = survey.set("start", [300], starts[300].replace(hour=23)).set(
        "end", [300], starts[300].replace(hour=23, minute=40)
    )
    survey = survey.set("end", [310], starts[310] - dt.timedelta(minutes=30))
    survey = survey.set("moved", [320], dt.date(2027, 1, 1))
    survey = survey.set("id", [331], survey.frame["id"][330])
    survey = _overlapping(survey, 340)
    survey = survey.set("sent", [300, 340], [survey.frame["end"][300], survey.frame["end"][340]])
    survey = _copied(survey, 350)
    return _second_interviews(replace(survey, rejected=(401,), breaches=((401, "consent"), (402, "sex.enum"))))


def _invented(survey: Survey) -> Survey:
    rows = survey.of("I01")
    for name in CODED:
        column = survey.frame[name].to_list()
        survey = survey.set(name, rows, column[rows[0]])
    for k, row in enumerate(rows[1:]):
        survey = survey.set(OTHERS[k % len(OTHERS)], [row], 1 + k % 5)
    return survey


def _overlapping(survey: Survey, row: int) -> Survey:
    before = survey.frame["start"][row - 1] + dt.timedelta(minutes=5)
    return survey.set("start", [row], before).set("end", [row], before + dt.timedelta(minutes=40))


def _copied(survey: Survey, row: int) -> Survey:
    """Put the whole of the row before in the place of a row."""
    at = list(range(survey.frame.height))
    at[row] = row - 1
    frame = survey.frame[at].with_columns(survey.frame[ROW])
    return replace(survey, frame=frame, kinds={name: [kinds[i] for i in at] for name, kinds in survey.kinds.items()})


def _second_interviews(survey: Survey) -> Survey:
    """Ask again every fourth person, and all of I17, who differ in six interviews; two keys are unknown."""
    rows = sorted({*range(0, ROWS, 4), *survey.of("I17")})
    wrong = list(survey.of("I17")[:6])
    second = (
        survey.frame[rows]
        .select("id", "sex", "age", "income", "other0")
        .with_columns(at=pl.Series(rows, dtype=pl.Int64))
    )
    differs = pl.col("at").is_in(wrong)
    second = second.with_columns(
        sex=pl.when(differs).then(3 - pl.col("sex")).otherwise("sex"),
        age=pl.when(differs)
        .then(pl.col("age") + 9)
        .when(pl.col("at") % 5 == 0)
        .then(pl.col("age") + 1)
        .otherwise("age"),
        id=pl.when(pl.col("at").is_in([8, 12])).then(pl.format("X{}", "at")).otherwise("id"),
    )
    second = (
        second.drop("at")
        .with_row_index(ROW, offset=1)
        .with_columns(pl.col(ROW).cast(pl.Int64), checker=pl.format("B{}", pl.col(ROW) % 3))
    )
    return replace(survey, second=second)
