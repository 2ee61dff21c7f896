from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from liandong.definitions import Codebook
from liandong.definitions.links import RESPONSES, Link, linkable
from liandong.errors import ValidationError
from liandong.ingest.links import link, link_types

CASES = Path(__file__).parents[2] / "cases" / "definitions"
SCHEMAS = {
    name: Codebook.model_validate(yaml.safe_load((CASES / file).read_text(encoding="utf-8")))
    for name, file in {
        RESPONSES: "instrument/codebook.yaml",
        "communities": "tables/communities.yaml",
        "service_log": "tables/service_log.yaml",
    }.items()
}
ROWS = pl.DataFrame({"_row": [1, 2, 3, 4], "id": ["R1", "R2", "R3", None], "community": ["C2", "C9", None, "C1"]})
TABLES = {
    "communities": pl.DataFrame(
        {"_row": [1, 2], "code": ["C1", "C2"], "residents": [100, 200], "station": [True, None]}
    ),
    "service_log": pl.DataFrame(
        {
            "_row": [1, 2, 3, 4],
            "person": ["R1", "R1", "R2", None],
            "hours": [1.5, 2.0, None, 9.0],
            "kept": [True, False, None, True],
        }
    ),
}


def _links(*columns: str) -> list[Link]:
    lent = linkable(RESPONSES, SCHEMAS)
    return [lent[column] for column in columns]


@pytest.mark.parametrize(
    ("column", "gives"),
    [
        ("communities.residents", [200, None, None, 100]),
        ("communities.station", [None, None, None, True]),
        ("count(service_log)", [2, 1, 0, None]),
        ("count(service_log.hours)", [2, 0, 0, None]),
        ("sum(service_log.hours)", [3.5, None, 0.0, None]),
        ("mean(service_log.hours)", [1.75, None, None, None]),
        ("min(service_log.hours)", [1.5, None, None, None]),
        ("max(service_log.hours)", [2.0, None, None, None]),
        ("sum(service_log.kept)", [1, None, 0, None]),
        ("mean(service_log.kept)", [0.5, None, None, None]),
    ],
)
def test_values_of_other_tables_are_found_by_key(column: str, gives: list[object]) -> None:
    links = _links(column)
    found = link(ROWS.lazy(), links, TABLES).collect()
    assert found[column].to_list() == gives
    assert found.schema[column] == link_types(links)[column]
    assert found.drop(column).equals(ROWS)


def test_several_tables_are_joined_at_once() -> None:
    links = _links("communities.residents", "sum(service_log.hours)", "communities.station", "count(service_log)")
    found = link(ROWS.lazy(), links, TABLES).collect()
    assert set(found.columns) == {*ROWS.columns, *(one.column for one in links)}
    assert found.height == ROWS.height


def test_a_key_that_stands_twice_is_named() -> None:
    twice = {"communities": pl.concat([TABLES["communities"], TABLES["communities"].head(1)])}
    with pytest.raises(ValidationError) as error:
        link(ROWS.lazy(), _links("communities.residents"), twice)
    assert "the key code does not tell the rows of the table 'communities' apart" in error.value.message
    assert error.value.message.endswith("C1 stands in several rows")


def test_a_personal_key_that_stands_twice_is_not_shown() -> None:
    twice = {"communities": pl.concat([TABLES["communities"], TABLES["communities"].head(1)])}
    (one,) = _links("communities.residents")
    with pytest.raises(ValidationError) as error:
        link(ROWS.lazy(), [replace(one, personal=True)], twice)
    assert "C1" not in str(error.value) + error.value.zh
    assert error.value.message.endswith("1 of them (withheld) stands in several rows")


def test_what_is_not_there_lends_nothing() -> None:
    assert link(ROWS.lazy(), _links("communities.residents", "count(service_log)"), {}).collect().equals(ROWS)
    without = {"communities": TABLES["communities"].drop("residents")}
    assert link(ROWS.lazy(), _links("communities.residents"), without).collect().equals(ROWS)


def test_whole_numbers_and_reals_find_each_other() -> None:
    rows = ROWS.with_columns(pl.Series("community", [2, 9, None, 1]))
    table = {"communities": TABLES["communities"].with_columns(pl.Series("code", [1.0, 2.0]))}
    found = link(rows.lazy(), _links("communities.residents"), table).collect()
    assert found["communities.residents"].to_list() == [200, None, None, 100]


KEYS = st.sampled_from(["R1", "R2", "R3", "R4", None])
HOURS = st.one_of(st.none(), st.integers(0, 9).map(float))
LOG = st.lists(st.tuples(KEYS, HOURS), max_size=12)


@given(st.lists(KEYS, max_size=8), LOG)
@settings(max_examples=80, deadline=None)
def test_aggregates_are_those_of_a_plain_loop(
    keys: list[str | None], log: list[tuple[str | None, float | None]]
) -> None:
    rows = pl.DataFrame({"_row": range(len(keys)), "id": keys}, schema={"_row": pl.Int64, "id": pl.String})
    table = pl.DataFrame(log, schema={"person": pl.String, "hours": pl.Float64}, orient="row")
    links = _links("count(service_log)", "count(service_log.hours)", "sum(service_log.hours)", "max(service_log.hours)")
    found = link(rows.lazy(), links, {"service_log": table}).collect()
    assert found["id"].to_list() == keys
    for key, row in zip(keys, found.rows(named=True), strict=True):
        own = [hours for person, hours in log if person == key and key is not None]
        answered = [hours for hours in own if hours is not None]
        assert row["count(service_log)"] == (None if key is None else len(own))
        assert row["count(service_log.hours)"] == (None if key is None else len(answered))
        expected = None if key is None or (own and not answered) else sum(answered)
        assert row["sum(service_log.hours)"] == expected
        assert row["max(service_log.hours)"] == (max(answered) if answered else None)
