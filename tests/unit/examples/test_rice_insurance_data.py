"""The rice study's file is the package's data, and holds what README.md says of it."""

from __future__ import annotations

import csv
import importlib.util
from pathlib import Path
from types import ModuleType

import polars as pl
import pytest
import yaml

ROOT = Path(__file__).parents[3]
STUDY = ROOT / "examples" / "rice_insurance"
HOUSEHOLDS = STUDY / "data" / "households.csv"


@pytest.fixture(scope="module")
def prepare() -> ModuleType:
    spec = importlib.util.spec_from_file_location("prepare_rice", STUDY / "prepare.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def households() -> pl.DataFrame:
    return pl.read_csv(HOUSEHOLDS, infer_schema_length=None)


def test_the_script_writes_the_committed_file(prepare: ModuleType) -> None:
    with HOUSEHOLDS.open(encoding="utf-8", newline="") as stream:
        assert list(csv.reader(stream)) == prepare.with_household(prepare.source_text())


@pytest.mark.filterwarnings("ignore")  # of statsmodels, which the package's loader uses
def test_the_values_are_those_that_the_package_loads(households: pl.DataFrame) -> None:
    from causaldata import social_insure

    theirs = pl.from_pandas(social_insure.load_pandas().data)
    ours = households.drop("household").cast(dict(theirs.schema))
    assert ours.equals(theirs)


def test_the_script_stops_at_another_edition_of_the_data(prepare: ModuleType) -> None:
    with pytest.raises(SystemExit, match="expected 1410 households"):
        prepare.with_household("address,village\na,b\n")


def test_the_facts_of_the_readme(households: pl.DataFrame) -> None:
    by_hamlet = households.group_by("address").agg(
        pl.col("village", "default", "pre_takeup_rate", "intensive").n_unique()
    )
    assert (households.height, by_hamlet.height, households["village"].n_unique()) == (1_410, 166, 44)
    for fixed in ("village", "default", "pre_takeup_rate"):
        assert by_hamlet[fixed].max() == 1
    assert (by_hamlet["intensive"] == 2).sum() == 160
    assert households["intensive"].value_counts(sort=True)["count"].to_list() == [717, 693]
    assert households.drop_nulls().height == 1_378
    assert households.filter(pl.col("ricearea_2010") > 200)["ricearea_2010"].to_list() == [650.0]


@pytest.mark.filterwarnings("ignore")  # of frictionless and what it imports
def test_frictionless_accepts_the_file_by_the_codebook() -> None:
    from frictionless import Resource, Schema

    descriptor = yaml.safe_load((ROOT / "data_schema" / "social_insure" / "codebook.yaml").read_text(encoding="utf-8"))
    assert list(Schema.metadata_validate(descriptor)) == []
    resource = Resource(
        path=HOUSEHOLDS.name, basepath=str(HOUSEHOLDS.parent), schema=Schema.from_descriptor(descriptor)
    )
    report = resource.validate()
    assert report.valid, report.flatten(["fieldName", "type", "message"])
