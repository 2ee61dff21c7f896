"""A seeded survey of any length for the benchmark of the gate: 60 columns of Parquet, its codebook and its study.

One row in 200 is dirty: a code that does not exist, a value out of range, an answer to a question that was not asked,
an infinite number, a malformed text, a community that nobody knows, an end before the start, an exact copy of a row
some thousand rows earlier, or the key of another row.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import yaml
from timing import BUILD

DIRTY = 0.005
COMMUNITIES = 3_000
_CHUNK = 500_000
_BEFORE = 1_000  # how much earlier the row stands that a duplicate repeats
_LIKERT, _COUNTS, _AMOUNTS, _ASKED, _TEXTS = 18, 8, 8, 6, 4
_CODES = {97: "not_applicable", 98: "dont_know", 99: "refused"}
_YES_NO = [{"value": 0, "label": "否"}, {"value": 1, "label": "是"}]


def survey(rows: int) -> Path:
    """Return the study.yaml of a simulated survey of `rows` rows, made once under build/bench."""
    folder = BUILD / f"survey_{rows}"
    study = folder / "study.yaml"
    if study.exists():
        return study
    (folder / "instrument").mkdir(parents=True, exist_ok=True)
    _write(folder / "instrument" / "codebook.yaml", _codebook())
    _write(folder / "instrument" / "scales.yaml", {"scales": [_scale()]})
    pl.DataFrame({"code": _communities()}).write_csv(folder / "communities.csv")
    _write_rows(folder / "responses.parquet", rows)
    _write(study, _study(rows))
    return study


def _write(path: Path, content: dict[str, Any]) -> None:
    path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")


def _communities() -> list[str]:
    return [f"C{number:04d}" for number in range(COMMUNITIES)]


def _write_rows(path: Path, rows: int) -> None:
    import pyarrow.parquet as pq

    rng = np.random.default_rng(20260501)
    unfinished = path.with_suffix(".part")
    writer = None
    for begin in range(0, rows, _CHUNK):
        table = _respondents(rng, begin, min(_CHUNK, rows - begin)).to_arrow()
        writer = writer or pq.ParquetWriter(unfinished, table.schema, compression="zstd")
        writer.write_table(table, row_group_size=250_000)
    assert writer is not None
    writer.close()
    unfinished.rename(path)


def _respondents(rng: np.random.Generator, begin: int, n: int) -> pl.DataFrame:
    start = np.datetime64("2021-06-01T08:00:00", "us") + rng.integers(0, 90 * 24 * 60, n) * np.timedelta64(1, "m")
    columns: dict[str, Any] = {
        "id": np.arange(begin, begin + n) + 100_000_000,
        "community": pl.Series(_communities()).gather(rng.integers(0, COMMUNITIES, n)),
        "started": start,
        "ended": start + rng.integers(20, 90, n) * np.timedelta64(1, "m"),
        "born": np.datetime64("1930-01-01") + rng.integers(0, 27_000, n) * np.timedelta64(1, "D"),
        "age": rng.integers(16, 90, n).astype(np.int16),
        "female": rng.integers(0, 2, n).astype(np.int8),
        "weight": np.round(rng.gamma(8, 1 / 8, n) + 0.05, 4),
        "treated": rng.integers(0, 2, n).astype(np.int8),
    }
    for j in range(_LIKERT):
        answers = rng.integers(1, 6, n)
        answers[rng.random(n) < 0.03] = rng.choice([98, 99])
        columns[f"q{j}"] = answers
    columns |= {f"count{j}": rng.integers(0, 40, n).astype(np.int32) for j in range(_COUNTS)}
    columns |= {f"amount{j}": np.round(rng.lognormal(8, 1, n), 2) for j in range(_AMOUNTS)}
    for j in range(_ASKED):
        served = rng.integers(0, 2, n)
        columns[f"served{j}"] = served.astype(np.int8)
        columns[f"satisfied{j}"] = np.where(served == 1, rng.integers(1, 6, n), 97)
    words = pl.Series([f"回答 {number} 服务很好" for number in range(5_000)])
    columns |= {f"text{j}": words.gather(rng.integers(0, len(words), n)) for j in range(_TEXTS - 1)}
    columns["phone_tail"] = pl.Series([f"{number:04d}" for number in range(10_000)]).gather(rng.integers(0, 10_000, n))
    columns["income"] = np.where(rng.random(n) < 0.05, np.nan, np.round(rng.lognormal(9, 1, n)))
    return _spoil(pl.DataFrame(columns), rng)


def _spoil(frame: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    n = frame.height
    dirty = np.sort(rng.choice(n, int(n * DIRTY), replace=False))
    kind = rng.integers(0, len(_FAULTS) + 2, len(dirty))
    changed = []
    for number, (name, value) in enumerate(_FAULTS):
        places = pl.Series(dirty[kind == number])
        column = frame[name] if not isinstance(value, str) else frame[name].cast(pl.String)
        changed.append(column.scatter(places, pl.Series([value], dtype=column.dtype)))
    frame = frame.with_columns(changed)
    later = dirty[dirty >= _BEFORE]
    kind = kind[dirty >= _BEFORE]
    order = np.arange(n)
    copies, doubled = later[kind == len(_FAULTS)], later[kind == len(_FAULTS) + 1]
    order[copies] = copies - _BEFORE
    keys = np.arange(n)
    keys[doubled] = doubled - _BEFORE
    return frame.with_columns(frame["id"].gather(keys))[order]


_FAULTS: list[tuple[str, Any]] = [
    ("q0", 7),
    ("q7", 0),
    ("age", 230),
    ("female", 3),
    ("amount1", float("inf")),
    ("amount2", -5.0),
    ("count3", 4_000),
    ("satisfied1", 3),
    ("community", "C9999"),
    ("phone_tail", "12x4"),
    ("text1", "很长的回答" * 12),
    ("weight", 0.0),
]


def _codebook() -> dict[str, Any]:
    fields = [
        _field("id", "integer", constraints={"required": True}, role="id"),
        _field(
            "community", "string", constraints={"required": True}, role="cluster", on_failure={"required": "reject"}
        ),
        _field("started", "datetime"),
        _field("ended", "datetime"),
        _field("born", "date", constraints={"minimum": "1920-01-01", "maximum": "2010-12-31"}),
        _field("age", "integer", constraints={"minimum": 16, "maximum": 110}, on_failure={"range": "reject"}),
        _coded("female", _YES_NO),
        _field("weight", "number", constraints={"exclusiveMinimum": 0}, on_failure={"range": "reject"}, role="weight"),
        _coded("treated", _YES_NO),
        *(_coded(f"q{j}", _scale_labels(), required=True, codes=(98, 99)) for j in range(_LIKERT)),
        *(_field(f"count{j}", "integer", constraints={"minimum": 0, "maximum": 365}) for j in range(_COUNTS)),
        *(_field(f"amount{j}", "number", constraints={"minimum": 0, "maximum": 1e9}) for j in range(_AMOUNTS)),
    ]
    for j in range(_ASKED):
        fields.append(_coded(f"served{j}", _YES_NO))
        fields.append(
            _coded(f"satisfied{j}", _scale_labels(), required=True, codes=(97, 98, 99), asked_if=f"served{j} == 1")
        )
    fields += [_field(f"text{j}", "string", constraints={"maxLength": 40}) for j in range(_TEXTS - 1)]
    fields += [_field("phone_tail", "string", constraints={"pattern": "[0-9]{4}"}), _field("income", "number")]
    title = {"zh": "模拟问卷", "en": "Simulated form"}
    rules = [
        {"id": "end_after_start", "title": title, "check": "ended > started", "action": "reject"},
        {"id": "rich_and_young", "title": title, "check": "not (income > 900000 and age < 20)", "action": "warn"},
        {"id": "same_answer", "title": title, "check": "q1 + q2 + q3 >= 3", "action": "warn"},
    ]
    return {
        "fields": fields,
        "primaryKey": "id",
        "foreignKeys": [{"fields": "community", "reference": {"resource": "communities", "fields": "code"}}],
        "liandong": {"title": title, "version": "1", "rules": rules},
    }


def _field(name: str, field_type: str, **parts: Any) -> dict[str, Any]:
    standard = {key: parts.pop(key) for key in ("constraints", "categories", "missingValues") if key in parts}
    return {
        "name": name,
        "type": field_type,
        "title": f"题 {name}",
        **standard,
        "liandong": {"title_en": name, **parts},
    }


def _coded(
    name: str, labels: list[dict[str, Any]], *, required: bool = False, codes: tuple[int, ...] = (), **parts: Any
) -> dict[str, Any]:
    if codes:
        parts["missing_kinds"] = {str(code): _CODES[code] for code in codes}
        parts["missingValues"] = [{"value": ""}, *({"value": str(code), "label": _CODES[code]} for code in codes)]
    english = [{"value": label["value"], "label": f"answer {label['value']}"} for label in labels]
    enum = [label["value"] for label in labels]
    return _field(
        name,
        "integer",
        constraints={"enum": enum, "required": required},
        categories=labels,
        categories_en=english,
        **parts,
    )


def _scale_labels() -> list[dict[str, Any]]:
    return [{"value": value, "label": f"程度{value}"} for value in range(1, 6)]


def _scale() -> dict[str, Any]:
    words = {"zh": "归属感", "en": "Belonging"}
    return {
        "id": "belonging",
        "title": words,
        "items": [f"q{j}" for j in range(4)],
        "range": [1, 5],
        "minimum_answered": 3,
        "higher_means": words,
        "source": {"citation": "simulated"},
    }


def _study(rows: int) -> dict[str, Any]:
    words = {"zh": "模拟调查", "en": "Simulated survey"}
    return {
        "id": f"survey_{rows}",
        "title": words,
        "simulated": True,
        "instrument": "instrument",
        "data": {"responses": "responses.parquet", "communities": "communities.csv"},
        "design": {"cluster": "community", "weight": "weight", "assignment": {"kind": "observational"}},
        "analysis": {
            "effects": [
                {
                    "id": "service",
                    "title": words,
                    "role": "primary",
                    "outcomes": ["q5"],
                    "treatment": "treated",
                    "cluster": ["community"],
                    "steps": [{"name": "M1", "add": ["age", "female"]}],
                }
            ]
        },
    }
