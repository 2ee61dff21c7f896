"""Any Frictionless tool reads the codebook: here the frictionless package, which knows nothing of this project."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
import yaml

pytestmark = pytest.mark.filterwarnings("ignore")  # of frictionless and what it imports

ROOT = Path(__file__).parents[3]
CODEBOOK = ROOT / "data_schema" / "wushe" / "codebook.yaml"
DATA = ROOT / "examples" / "hubei" / "data"
NOT_TABLES = {"scales.yaml", "indicators.yaml"}
SCHEMAS = sorted(path for path in (ROOT / "data_schema").glob("*/*.yaml") if path.name not in NOT_TABLES)
# What the faulty and spoilt rows of the example break, as (field, kind of error). The standard knows neither skip logic
# nor rules between fields.
EXPECTED = {
    (None, "foreign-key"),
    (None, "primary-key"),
    ("age", "constraint-error"),
    ("employment", "constraint-error"),
    ("gender", "constraint-error"),
    ("phone_tail", "constraint-error"),
}


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data package on disk: the survey as CSV, the list of communities, the codebook as schema."""
    import pyreadstat

    folder = tmp_path_factory.mktemp("package")
    frame, _ = pyreadstat.read_sav(DATA / "responses.sav", user_missing=True)
    for name in frame.columns:
        if pd.api.types.is_float_dtype(frame[name]):
            frame[name] = frame[name].astype("Int64")
    frame.to_csv(folder / "responses.csv", index=False, date_format="%Y-%m-%dT%H:%M:%S")
    (folder / "communities.csv").write_bytes((DATA / "communities.csv").read_bytes())
    schema = yaml.safe_load(CODEBOOK.read_text(encoding="utf-8"))
    communities = yaml.safe_load(CODEBOOK.with_name("communities.yaml").read_text(encoding="utf-8"))
    descriptor = {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "hubei",
        "resources": [
            {"name": "responses", "path": "responses.csv", "type": "table", "schema": schema},
            {
                "name": "communities",
                "path": "communities.csv",
                "type": "table",
                "schema": communities,
            },
        ],
    }
    path = folder / "datapackage.json"
    path.write_text(json.dumps(descriptor, ensure_ascii=False), encoding="utf-8")
    return path


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_schema_is_a_valid_table_schema(path: Path) -> None:
    from frictionless import Schema

    assert list(Schema.metadata_validate(yaml.safe_load(path.read_text(encoding="utf-8")))) == []


def test_the_codebook_keeps_its_missing_codes() -> None:
    from frictionless import Schema

    field = Schema.from_descriptor(str(CODEBOOK)).get_field("freq_charity")
    assert field.missing_values == ["", "97", "98", "99"]


def test_the_check_of_the_schema_can_fail() -> None:
    from frictionless import Schema

    descriptor = yaml.safe_load(CODEBOOK.read_text(encoding="utf-8"))
    descriptor["fields"][10]["constraints"]["pattern"] = "[0-9]+"  # age is an integer, which has no pattern
    assert list(Schema.metadata_validate(descriptor)) != []


def test_frictionless_finds_in_the_survey_only_the_mistakes_that_were_put_in(package: Path) -> None:
    from frictionless import Package

    report = Package(str(package)).validate()
    found = report.flatten(["fieldName", "type"])
    assert {(name, kind) for name, kind in found} == EXPECTED
