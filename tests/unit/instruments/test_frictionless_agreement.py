"""Our counts of broken rules against those of the frictionless package, on a dirty file made from each codebook.

They agree for every field and kind of rule, save for these differences, which are ours on purpose:

- A missing code (refused, don't know) is an answer to the question put, so it satisfies ``required``; and nothing is
  required where the skip logic did not ask. To the standard both are empty cells.
- Of rows that share a key but not their content, every one breaks the rule, the first, too; so does every holder of a
  value that should be unique. The standard reports repetitions only.
- Whole numbers with decimals, full-width signs and dates with slashes are read.
- Categories restrict a field also where no ``enum`` repeats them.
"""

from __future__ import annotations

import json
import random
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from liandong.definitions import Codebook
from liandong.ingest import apply_codebook, read_table
from liandong.validate import Validated, validate

pytestmark = pytest.mark.filterwarnings("ignore")  # of frictionless and what it imports

ROOT = Path(__file__).parents[3] / "data_schema"
SCHEMAS = sorted(path for path in ROOT.glob("*/*.yaml") if "fields" in yaml.safe_load(path.read_text(encoding="utf-8")))
ROWS, DIRTY = 240, 0.04
# One value that has the form, for each pattern in use.
FORMS = {
    "R[0-9]{5}": "R{:05d}",
    "C[0-9]{2}": "C{:02d}",
    "[A-Z][0-9]": "B{:.1}",
    "I[0-9]{3}": "I{:03d}",
    "[0-9]{4}": "{:04d}",
    "[a-z]{2}[0-9]+": "ab{}",
}
TITLE = {"zh": "题", "en": "Title"}


def _own(name: str, field_type: str, constraints: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "name": name,
        "title": "题",
        "type": field_type,
        "constraints": constraints,
        "liandong": {"title_en": name},
        **more,
    }


EVERY_KIND = {
    "fields": [
        _own("wave", "integer", {"required": True, "enum": [1, 2]}),
        _own("person", "string", {"required": True, "pattern": "[a-z]{2}[0-9]+"}),
        _own("phone", "string", {"unique": True, "minLength": 3, "maxLength": 9}),
        _own("income", "number", {"exclusiveMinimum": 0, "exclusiveMaximum": 100}),
        _own("day", "date", {"minimum": "2020-01-01", "maximum": "2021-12-31"}),
        _own("moment", "datetime", {"minimum": "2020-01-01T00:00:00"}),
        _own("clock", "time", {}),
        _own("year", "year", {"minimum": 1950, "maximum": 2020}),
        _own("agreed", "boolean", {"required": True}),
        _own("place", "string", {}),
    ],
    "primaryKey": ["wave", "person"],
    "foreignKeys": [{"fields": "place", "reference": {"resource": "places", "fields": "code"}}],
    "liandong": {"title": TITLE, "version": "1"},
}


def _schemas() -> list[Any]:
    own = [pytest.param(EVERY_KIND, id="every kind of rule")]
    return own + [
        pytest.param(yaml.safe_load(path.read_text(encoding="utf-8")), id=path.relative_to(ROOT).as_posix())
        for path in SCHEMAS
    ]


@dataclass(frozen=True)
class Made:
    """A dirty file: its cells as texts, by row and field, and the tables that foreign keys point to."""

    rows: list[dict[str, str]]
    references: dict[str, pl.DataFrame]


def _make(schema: dict[str, Any]) -> Made:
    chance = random.Random(20260501)  # noqa: S311 (test data)
    fields = schema["fields"]
    references = _references(schema)
    known = {key: frame for one in schema.get("foreignKeys", []) for key, frame in _known(one, references)}
    key = schema.get("primaryKey") or []
    key = [key] if isinstance(key, str) else key
    rows: list[dict[str, str]] = []
    for number in range(ROWS):
        row = {field["name"]: _good(field, number, chance, known.get(field["name"])) for field in fields}
        for field in fields:
            if chance.random() < DIRTY and field["name"] not in key:
                row[field["name"]] = _bad(field, row[field["name"]], chance)
        draw = chance.random()
        if rows and draw < DIRTY:
            row = dict(chance.choice(rows))
        elif rows and draw < 2 * DIRTY:
            row |= {name: rows[-1][name] for name in key}
        rows.append(row)
    for field in fields:  # two repeated values
        if field.get("constraints", {}).get("unique") and field["name"] not in key:
            rows[3][field["name"]] = rows[9][field["name"]] = rows[17][field["name"]]
    return Made(rows, references)


def _references(schema: dict[str, Any]) -> dict[str, pl.DataFrame]:
    tables: dict[str, pl.DataFrame] = {}
    for one in schema.get("foreignKeys", []):
        name = one["reference"]["fields"]
        name = name if isinstance(name, str) else name[0]
        tables[one["reference"]["resource"]] = pl.DataFrame({name: [f"C{number:02d}" for number in range(1, 30)]})
    return tables


def _known(one: dict[str, Any], references: dict[str, pl.DataFrame]) -> list[tuple[str, list[str]]]:
    name = one["fields"] if isinstance(one["fields"], str) else one["fields"][0]
    return [(name, references[one["reference"]["resource"]].to_series().to_list())]


def _good(field: dict[str, Any], number: int, chance: random.Random, known: list[str] | None) -> str:
    limits = field.get("constraints", {})
    if known is not None:
        return chance.choice(known)
    if "enum" in limits or "categories" in field:
        return str(chance.choice(limits.get("enum") or [one["value"] for one in field["categories"]]))
    if "pattern" in limits:
        shape = FORMS[limits["pattern"]]
        return shape.format(str(number % 10)) if ".1" in shape else shape.format(number % 10_000)
    made = {
        "date": f"2020-0{chance.randint(1, 9)}-1{number % 10}",
        "datetime": f"2020-0{chance.randint(1, 9)}-11T10:00:0{number % 10}",
        "time": f"1{number % 10}:30:00",
        "year": str(chance.randint(1960, 2010)),
        "boolean": chance.choice(["true", "false"]),
        "string": f"text{number}",
    }
    if field["type"] in made:
        return made[field["type"]]
    low = limits.get("minimum", limits.get("exclusiveMinimum", 0)) + (1 if "exclusiveMinimum" in limits else 0)
    high = limits.get("maximum", limits.get("exclusiveMaximum", low + 50)) - (1 if "exclusiveMaximum" in limits else 0)
    if limits.get("unique"):
        return str(number + 1)
    return str(chance.randint(int(low), int(high)))


def _bad(field: dict[str, Any], good: str, chance: random.Random) -> str:
    limits = field.get("constraints", {})
    codes = [one if isinstance(one, str) else one["value"] for one in field.get("missingValues", [])]
    faults = ["", *codes]
    if field["type"] != "string":
        faults.append("n.a.")
    if field["type"] in {"integer", "number", "year"}:
        faults += ["1900", "2100"] if field["type"] == "year" else ["-77", "7777777", "0"]
    if field["type"] in {"date", "datetime"}:
        faults += [good.replace("2020", "1999"), good.replace("2020", "2030")]
    if field["type"] == "string":
        faults += ["?", "much too long for anything", good]
    return chance.choice([fault for fault in faults if fault != "" or not limits.get("unique")])


def _write(made: Made, path: Path) -> None:
    # An unquoted empty cell, as every program writes it.
    lines = [",".join(made.rows[0]), *(",".join(row.values()) for row in made.rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _ours(made: Made, schema: dict[str, Any], folder: Path) -> Validated:
    # Answers drawn at random break nearly every rule between fields: without these, and with values blanked rather than
    # rows rejected, something is left to accept.
    fields = [{**field, "liandong": {**field["liandong"], "on_failure": {}}} for field in schema["fields"]]
    codebook = Codebook.model_validate({**schema, "fields": fields, "liandong": {**schema["liandong"], "rules": []}})
    table = apply_codebook(read_table(folder / "responses.csv"), codebook).table
    return validate(table, codebook, made.references)


def _theirs(made: Made, schema: dict[str, Any], folder: Path) -> Counter[tuple[str, str, int]]:
    """Return (field, kind of rule, row) of every error of frictionless."""
    from frictionless import Package

    resources = [{"name": "responses", "path": "responses.csv", "type": "table", "schema": schema}]
    for name, frame in made.references.items():
        frame.write_csv(folder / f"{name}.csv")
        strings = [{"name": column, "type": "string"} for column in frame.columns]
        resources.append({"name": name, "path": f"{name}.csv", "type": "table", "schema": {"fields": strings}})
    profile = "https://datapackage.org/profiles/2.0/datapackage.json"
    descriptor = {"$schema": profile, "name": "made", "resources": resources}
    (folder / "datapackage.json").write_text(json.dumps(descriptor, ensure_ascii=False, default=str), encoding="utf-8")
    report = Package(str(folder / "datapackage.json")).validate(limit_errors=100_000)
    found: Counter[tuple[str, str, int]] = Counter()
    for name, kind, note, number in report.tasks[0].flatten(["fieldName", "type", "note", "rowNumber"]):
        found[name or "", _KINDS.get(kind) or _constraint(note), number - 1] += 1
    return found


_KINDS = {"type-error": "type", "unique-error": "unique", "primary-key": "key", "foreign-key": "foreign_key"}
_CONSTRAINTS = {
    "minimum": "range", "maximum": "range", "exclusiveMinimum": "range", "exclusiveMaximum": "range",
    "minLength": "length", "maxLength": "length", "pattern": "pattern", "enum": "enum", "required": "required",
}  # fmt: skip


def _constraint(note: str) -> str:
    return _CONSTRAINTS[note.split('"')[1]]


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_codebook_and_table_schema_is_one_to_frictionless(path: Path) -> None:
    from frictionless import Schema

    assert list(Schema.metadata_validate(yaml.safe_load(path.read_text(encoding="utf-8")))) == []


@pytest.fixture(params=_schemas())
def both(
    request: pytest.FixtureRequest, tmp_path: Path
) -> tuple[Made, dict[str, Any], Validated, Counter[tuple[str, str, int]]]:
    schema = request.param
    made = _make(schema)
    _write(made, tmp_path / "responses.csv")
    return made, schema, _ours(made, schema, tmp_path), _theirs(made, schema, tmp_path)


Both = tuple[Made, dict[str, Any], Validated, Counter[tuple[str, str, int]]]


def _rows(result: Validated, rule: str) -> set[int]:
    return set(result.breaches.filter(pl.col("rule") == rule)["row"])


def test_types_sets_ranges_patterns_and_lengths_are_counted_alike(both: Both) -> None:
    _, schema, result, theirs = both
    compared = 0
    for field in schema["fields"]:
        for kind in ("type", "enum", "range", "pattern", "length"):
            found = {row for name, what, row in theirs if (name, what) == (field["name"], kind)}
            assert _rows(result, f"{field['name']}.{kind}") == found, (field["name"], kind)
            compared += len(found)
    assert compared > 10


def test_required_answers_differ_only_by_codes_and_skip_logic(both: Both) -> None:
    made, schema, result, theirs = both
    for field in schema["fields"]:
        if not field.get("constraints", {}).get("required") or field["name"] in schema.get("primaryKey", []):
            continue
        ours = _rows(result, f"{field['name']}.required")
        found = {row for name, what, row in theirs if (name, what) == (field["name"], "required")}
        coded = {row for row in found if made.rows[row - 1][field["name"]] != ""}
        if field["liandong"].get("asked_if") is None:
            assert ours == found - coded, field["name"]
        else:
            assert ours <= found - coded, field["name"]


def test_repeated_keys_and_values_differ_only_by_their_first_holder(both: Both) -> None:
    made, schema, result, theirs = both
    key = schema.get("primaryKey") or []
    key = [key] if isinstance(key, str) else key
    groups: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for number, row in enumerate(made.rows, start=1):
        groups[tuple(row[name] for name in key)].append(number)
    first_of_conflicts = {
        rows[0] for rows in groups.values() if key and len({tuple(made.rows[row - 1].values()) for row in rows}) > 1
    }
    ours = _rows(result, "key.duplicate_row") | _rows(result, "key.conflict")
    found = {row for _, what, row in theirs if what == "key"}
    assert ours == found | first_of_conflicts
    if key:
        assert first_of_conflicts
        assert _rows(result, "key.duplicate_row")
    copies = _rows(result, "key.duplicate_row")
    for field in schema["fields"]:
        if not field.get("constraints", {}).get("unique") or key == [field["name"]]:
            continue
        repeated = {row for name, what, row in theirs if (name, what) == (field["name"], "unique")} - copies
        values = {made.rows[row - 1][field["name"]] for row in repeated}
        holders = {number for number, row in enumerate(made.rows, start=1) if row[field["name"]] in values} - copies
        assert _rows(result, f"{field['name']}.unique") == holders
        assert holders


def test_foreign_keys_are_counted_alike(both: Both) -> None:
    _, schema, result, theirs = both
    if not schema.get("primaryKey"):
        pytest.skip("frictionless looks at foreign keys of tables with a primary key only")
    for one in schema.get("foreignKeys", []):
        name = one["fields"] if isinstance(one["fields"], str) else one["fields"][0]
        found = {row for _, what, row in theirs if what == "foreign_key"}
        assert _rows(result, f"{name}.foreign_key") == found
        assert found


@pytest.mark.parametrize(("field_type", "text"), [("integer", "3.0"), ("number", "1．5"), ("date", "2021/3/1")])
def test_forms_that_only_we_read(field_type: str, text: str, tmp_path: Path) -> None:
    from frictionless import Schema

    schema = {"fields": [_own("q", field_type, {})], "liandong": {"title": TITLE, "version": "1"}}
    (tmp_path / "responses.csv").write_text(f"q\n{text}\n", encoding="utf-8")
    result = _ours(Made([], {}), schema, tmp_path)
    assert result.rules["n_failed"].sum() == 0
    assert result.accepted.collect()["q"].null_count() == 0
    _, notes = Schema.from_descriptor({"fields": schema["fields"]}).get_field("q").read_cell(text)
    assert notes
