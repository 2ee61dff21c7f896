"""Two small bundles, written and read back: a survey with everything, and a randomised trial with little."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from tests.cases.present.audited import audited_manifest, audited_tables
from tests.cases.present.rows import Rows
from tests.cases.present.survey import survey_manifest, survey_tables
from tests.cases.present.trial import trial_manifest, trial_tables

from liandong.definitions import Language
from liandong.evidence import TABLES, Bundle, BundleWriter, read_bundle, writing_bundle
from liandong.present.facts import Facts, read_facts


def write_rows(writer: BundleWriter, name: str, rows: Rows) -> None:
    """Write a table from rows that name only what matters; the rest is null, text empty, flags false."""
    columns = TABLES[name].columns
    defaults = {column: False if dtype == pl.Boolean else None for column, dtype in columns.items()}
    full = [{**defaults, **row} for row in rows]
    assert all(set(row) <= set(columns) for row in rows), name
    writer.table(name, pl.DataFrame(full, schema=dict(columns)))


MakeBundle = Callable[[str, dict[str, Any], dict[str, Rows]], Bundle]


@pytest.fixture(scope="session")
def make_bundle(tmp_path_factory: pytest.TempPathFactory) -> MakeBundle:
    def make(name: str, manifest: dict[str, Any], tables: dict[str, Rows]) -> Bundle:
        path: Path = tmp_path_factory.mktemp(name) / "bundle"
        with writing_bundle(path) as writer:
            for table, rows in tables.items():
                write_rows(writer, table, rows)
            writer.manifest(manifest)
        return read_bundle(path)

    return make


@pytest.fixture(scope="session")
def survey(make_bundle: MakeBundle) -> Bundle:
    return make_bundle("survey", survey_manifest(), survey_tables())


@pytest.fixture(scope="session")
def audited(make_bundle: MakeBundle) -> Bundle:
    """Return the survey with an audit: three roles, a verdict for each, and every table of a further question."""
    return make_bundle("audited", audited_manifest(), audited_tables())


@pytest.fixture(scope="session")
def trial(make_bundle: MakeBundle) -> Bundle:
    return make_bundle("trial", trial_manifest(), trial_tables())


@pytest.fixture(params=["zh", "en"])
def lang(request: pytest.FixtureRequest) -> Language:
    value: Language = request.param
    return value


@pytest.fixture
def survey_facts(survey: Bundle, lang: Language) -> Facts:
    return read_facts(survey, lang, bound=False)


@pytest.fixture
def trial_facts(trial: Bundle, lang: Language) -> Facts:
    return read_facts(trial, lang, bound=False)


@pytest.fixture
def audited_facts(audited: Bundle, lang: Language) -> Facts:
    return read_facts(audited, lang, bound=False)
