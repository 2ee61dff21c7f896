from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from liandong.definitions import Study, load_study, plan_items
from liandong.definitions.link_titles import link_title
from liandong.definitions.links import RESPONSES, linkable, needed_links
from liandong.errors import DefinitionError

CASES = Path(__file__).parents[2] / "cases" / "definitions"
TEXT = {"zh": "题", "en": "title"}
STUDY: dict[str, Any] = {
    "id": "small",
    "title": TEXT,
    "instrument": "../instrument",
    "data": {"responses": "responses.csv", "communities": "communities.csv", "service_log": "log.csv"},
    "design": {"cluster": "community", "assignment": {"kind": "observational"}},
}
EFFECT: dict[str, Any] = {
    "id": "work",
    "title": TEXT,
    "role": "primary",
    "outcomes": ["belonging"],
    "treatment": "made",
    "cluster": ["community"],
    "steps": [{"name": "M1"}],
}
Change = Callable[[str, Callable[[dict[str, Any]], None]], None]


@pytest.fixture
def change(tmp_path: Path) -> Change:
    """Return the function that changes one file of a sound instrument with two second tables."""
    folder = tmp_path / "instrument"
    shutil.copytree(CASES / "instrument", folder)
    for name in ("communities.yaml", "service_log.yaml"):
        shutil.copy(CASES / "tables" / name, folder)

    def _change(file: str, edit: Callable[[dict[str, Any]], None]) -> None:
        raw = yaml.safe_load((folder / file).read_text(encoding="utf-8"))
        edit(raw)
        (folder / file).write_text(yaml.safe_dump(raw, allow_unicode=True, sort_keys=False), encoding="utf-8")

    tables = {"communities": "communities.yaml", "service_log": "service_log.yaml"}
    _change("codebook.yaml", lambda raw: raw["liandong"].update(tables=tables))
    return _change


@pytest.fixture
def load(tmp_path: Path, change: Change) -> Callable[..., Study]:
    def _load(**changes: Any) -> Study:
        folder = tmp_path / "small"
        folder.mkdir(exist_ok=True)
        (folder / "study.yaml").write_text(yaml.safe_dump({**STUDY, **changes}), encoding="utf-8")
        return load_study(folder)

    return _load


@pytest.fixture
def problems(load: Callable[..., Study]) -> Callable[..., list[str]]:
    def _problems(**changes: Any) -> list[str]:
        try:
            load(**changes)
        except DefinitionError as error:
            return [str(problem) for problem in error.problems]
        return []

    return _problems


def _derived(expression: str) -> dict[str, Any]:
    return {"derived": [{"name": "made", "title": TEXT, "expression": expression}]}


def test_second_tables_are_part_of_the_instrument_and_of_the_sources(load: Callable[..., Study]) -> None:
    study = load()
    assert study.instrument is not None
    assert list(study.instrument.tables) == ["communities", "service_log"]
    assert study.instrument.tables["service_log"].key == ("visit",)
    names = [path.name for path in study.sources]
    assert names == [
        "study.yaml", "codebook.yaml", "communities.yaml", "service_log.yaml", "scales.yaml", "indicators.yaml",
    ]  # fmt: skip


def test_what_tables_lend_follows_from_the_foreign_keys(load: Callable[..., Study]) -> None:
    instrument = load().instrument
    assert instrument is not None
    lent = linkable(RESPONSES, instrument.schemas)
    assert {name: lent[name].kind for name in ("communities.residents", "communities.opened")} == {
        "communities.residents": "number",
        "communities.opened": "date",
    }
    assert lent["communities.residents"].on == ("community",)
    assert lent["communities.residents"].key == ("code",)
    assert lent["sum(service_log.hours)"].on == ("id",)
    assert lent["sum(service_log.hours)"].key == ("person",)
    assert lent["max(service_log.day)"].kind == "date"
    assert lent["count(service_log)"].field is None
    assert {"sum(service_log.day)", "min(service_log.place)", "service_log.hours"}.isdisjoint(lent)
    assert "count(responses)" in linkable("communities", instrument.schemas)
    assert "responses.age" in linkable("service_log", instrument.schemas)


def test_two_keys_to_one_table_lend_nothing(load: Callable[..., Study], change: Change) -> None:
    key = {"fields": "community", "reference": {"resource": "communities", "fields": "code"}}
    change("codebook.yaml", lambda raw: raw["foreignKeys"].append(key))
    change("communities.yaml", lambda raw: raw["liandong"].pop("rules"))
    instrument = load().instrument
    assert instrument is not None
    assert "communities.residents" not in linkable(RESPONSES, instrument.schemas)


@pytest.mark.parametrize(
    "expression",
    [
        "communities.residents > 100",
        "sum(service_log.hours) / count(service_log)",
        "count( service_log . hours ) * 1",
        "max(service_log.day) > day",
        "communities.station and answered(communities.opened)",
        "mean(service_log.kept) > 0.5",
        "missing(min(service_log.hours))",
    ],
)
def test_expressions_of_a_study_read_other_tables(problems: Callable[..., list[str]], expression: str) -> None:
    assert problems(analysis=_derived(expression)) == []


@pytest.mark.parametrize(
    ("expression", "says"),
    [
        ("communites.residents > 1", "did you mean 'communities.residents'?"),
        ("communities.resident > 1", "did you mean 'communities.residents'?"),
        ("sum(service_log.hour) > 1", "did you mean 'sum(service_log.hours)'?"),
        ("service_log.hours > 1", "'service_log.hours': one row here may have many of 'service_log'; write count, sum"),
        ("sum(communities.residents) > 1", "one row here has one row of 'communities'; write communities.residents"),
        ("mean(service_log.place) > 1", "the type of service_log.place has no mean"),
        ("min(service_log.kept)", "the type of service_log.kept has no min"),
        ("zzz.qqq == 1", "expressions read tables that liandong.tables of codebook.yaml describes"),
        ("communities.__class__ == 1", "'communities.__class__' is no value of another table"),
        ("communities.residents == 'many'", "they cannot be compared"),
        ("max(service_log.day) + 1", "of dates and times only differences can be taken"),
        ("communities.residents and True", "a condition is expected (such as communities.residents == 1)"),
        ("count(log) > 0", "did you mean 'count(service_log)'?"),
    ],
)
def test_a_wrong_value_of_another_table_is_explained(
    problems: Callable[..., list[str]], expression: str, says: str
) -> None:
    found = problems(analysis=_derived(expression))
    assert len(found) == 1
    assert found[0].startswith("study.yaml: analysis.derived[0].expression: ")
    assert says in found[0]


def test_a_value_of_another_table_is_no_column_by_itself(problems: Callable[..., list[str]]) -> None:
    found = problems(design={**STUDY["design"], "strata": "communities.residents"})
    assert [problem.partition(" (")[0] for problem in found] == [
        "study.yaml: design.strata: 'communities.residents' is not a column"
    ]


def test_codebook_rules_and_skips_read_other_tables(problems: Callable[..., list[str]], change: Change) -> None:
    rules = [
        {"id": "r1", "title": TEXT, "check": "communities.residents >= 1", "action": "reject"},
        {"id": "r2", "title": TEXT, "check": "communities.residence >= 1", "action": "warn"},
    ]
    change("codebook.yaml", lambda raw: raw["liandong"].update(rules=rules))
    change("codebook.yaml", lambda raw: raw["fields"][4]["liandong"].update(asked_if="count(service_log) > 0"))
    assert problems() == [
        (
            "codebook.yaml: liandong.rules[1] (r2).check: 'communities.residence' is no value of another table that "
            "can be read here (did you mean 'communities.residents'?)"
        )
    ]


def test_mistakes_in_a_table_are_reported_under_its_own_file(
    problems: Callable[..., list[str]], change: Change
) -> None:
    change("communities.yaml", lambda raw: raw.update(primaryKey=["cod"]))
    change("service_log.yaml", lambda raw: raw["foreignKeys"][0]["reference"].update(fields=["idd"]))
    change("service_log.yaml", lambda raw: raw["fields"][2].update(type="real"))
    found = problems(analysis=_derived("sum(service_log.hours) + communities.residents"))
    assert [problem.partition(" (")[0] for problem in found] == [
        (
            "service_log.yaml: fields[2].type: 'real' is not one of 'integer', 'number', 'string', 'boolean', 'date', "
            "'datetime', 'time' or 'year'"
        ),
        "communities.yaml: primaryKey: 'cod' is not a field",
        "service_log.yaml: foreignKeys[0].reference.fields: 'idd' is not a field of the table responses",
    ]


@pytest.mark.parametrize(
    ("edit", "says"),
    [
        ({"rejected": "communities.yaml"}, "'rejected' cannot be the name of a table, because a file"),
        ({"a": "communities.yaml", "a_rejected": "service_log.yaml"}, "'a_rejected' cannot be the name of a table"),
        ({"Log 1": "communities.yaml"}, "small letters, digits, underscores"),
        ({"log": "../communities.yaml"}, "a file of its own beside codebook.yaml"),
        ({"log": "codebook.yaml"}, "cannot be the file of a second table"),
        ({"log": "absent.yaml"}, "there is no file 'absent.yaml' beside codebook.yaml"),
        ({"log": 3}, "expected text; got 3"),
        ({"log": "x\0y"}, "there is no file"),
    ],
)
def test_tables_have_usable_names_and_files(
    problems: Callable[..., list[str]], change: Change, edit: dict[str, Any], says: str
) -> None:
    change("codebook.yaml", lambda raw: raw["liandong"].update(tables=edit))
    assert any(says in problem for problem in problems())


def test_keys_join_values_of_one_kind(problems: Callable[..., list[str]], change: Change) -> None:
    change("service_log.yaml", lambda raw: raw["fields"][1].update(type="integer"))
    assert problems() == ["service_log.yaml: foreignKeys[0]: 'person' and 'id' of 'responses' are of different types"]


def test_tables_do_not_refer_to_each_other_in_a_circle(problems: Callable[..., list[str]], change: Change) -> None:
    there = {"fields": "code", "reference": {"resource": "service_log", "fields": "visit"}}
    back = {"fields": "place", "reference": {"resource": "communities", "fields": "code"}}
    change("communities.yaml", lambda raw: raw.update(foreignKeys=[there]))
    change("service_log.yaml", lambda raw: raw["foreignKeys"].append(back))
    (problem,) = problems()
    assert "tables refer to each other in a circle" in problem


def test_a_table_that_expressions_read_needs_a_file(problems: Callable[..., list[str]]) -> None:
    data = {"responses": "responses.csv", "communities": "communities.csv"}
    assert problems(data=data) == []
    assert problems(data=data, analysis=_derived("count(service_log)")) == [
        "study.yaml: data: an expression reads the table 'service_log', which has no file"
    ]


def test_a_field_is_not_called_like_a_value_of_another_table(
    problems: Callable[..., list[str]], change: Change
) -> None:
    change("codebook.yaml", lambda raw: raw["fields"][3].update(name="communities.residents"))
    assert problems() == ["codebook.yaml: fields: 'communities.residents' is the name of a value of another table, too"]


def test_needed_links_are_those_that_are_read(load: Callable[..., Study]) -> None:
    study = load(analysis=_derived("communities.residents + count(service_log)"))
    assert study.instrument is not None
    links = needed_links([study.spec.analysis.derived[0].expression], linkable(RESPONSES, study.instrument.schemas))
    assert [link.column for link in links] == ["communities.residents", "count(service_log)"]


@pytest.mark.parametrize(
    ("column", "zh", "en"),
    [
        ("communities.residents", "社区表的「户数」", "“Households” of Communities"),
        ("count(service_log)", "服务记录的条数", "the number of entries of Service log"),
        ("sum(service_log.hours)", "服务记录中「时长」的合计", "the sum of “Hours” in Service log"),
    ],
)
def test_values_of_other_tables_have_words(load: Callable[..., Study], column: str, zh: str, en: str) -> None:
    instrument = load().instrument
    assert instrument is not None
    link = linkable(RESPONSES, instrument.schemas)[column]
    words = link_title(link, instrument.tables[link.name.table])
    assert (words.zh, words.en) == (zh, en)


def test_a_plan_holds_what_it_reads_of_other_tables(load: Callable[..., Study], change: Change) -> None:
    def plan() -> dict[str, str]:
        study = load(analysis={**_derived("sum(service_log.hours) > 2"), "effects": [EFFECT]})
        return {item.key: item.sha256 for item in plan_items(study)}

    before = plan()
    assert {"field:service_log.hours", "key:service_log.*", "derived:made"} <= set(before)
    assert "field:service_log.place" not in before
    change("service_log.yaml", lambda raw: raw["fields"][2]["constraints"].update(maximum=12))
    after = plan()
    assert {key for key in before if before[key] != after[key]} == {"field:service_log.hours"}
    change("service_log.yaml", lambda raw: raw["fields"][2].update(title="小时数"))
    assert plan() == after
    rule = {"id": "kept", "title": TEXT, "check": "kept", "action": "reject"}
    change("service_log.yaml", lambda raw: raw["liandong"]["rules"].append(rule))
    assert {key for key, sha in plan().items() if after[key] != sha} == {"key:service_log.*"}


def test_labels_of_a_second_table_are_found_by_its_dotted_name(load: Callable[..., Study], change: Change) -> None:
    categories = [{"value": "市", "label": "城市"}, {"value": "村", "label": "农村"}]
    change("service_log.yaml", lambda raw: raw["fields"][4].update(categories=categories))
    study = load()
    assert study.label("communities.residents", "en") == "Households"
    assert study.category_labels("service_log.place", "zh") == {"市": "城市", "村": "农村"}
    assert study.label("count(service_log)", "en") == "count(service_log)"
    assert study.label("nowhere.residents", "en") == "nowhere.residents"
