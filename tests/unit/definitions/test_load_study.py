from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from liandong.definitions import Study, load_study
from liandong.errors import DefinitionError, ExitCode

CASES = Path(__file__).parents[2] / "cases" / "definitions"
EXAMPLES = sorted(path.parent for path in (Path(__file__).parents[3] / "examples").glob("*/study.yaml"))
TEXT = {"zh": "题", "en": "title"}
EFFECT: dict[str, Any] = {
    "id": "social_work",
    "title": TEXT,
    "role": "primary",
    "outcomes": ["belonging"],
    "treatment": "served",
    "absorb": ["community"],
    "cluster": ["community"],
    "steps": [{"name": "M1"}, {"name": "M2", "add": ["age"]}],
}
STUDY: dict[str, Any] = {
    "id": "small",
    "title": TEXT,
    "instrument": "../instrument",
    "data": {"responses": "responses.csv", "communities": "communities.csv"},
    "design": {"cluster": "community", "assignment": {"kind": "observational"}},
    "analysis": {"effects": [EFFECT]},
}
Problems = Callable[..., list[str]]


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """Return the folder of a sound study beside a sound instrument."""
    shutil.copytree(CASES / "instrument", tmp_path / "instrument")
    (tmp_path / "small").mkdir()
    return tmp_path / "small"


@pytest.fixture
def problems(study: Path) -> Problems:
    def _problems(**changes: Any) -> list[str]:
        try:
            _load(study, **changes)
        except DefinitionError as error:
            return [str(problem) for problem in error.problems]
        return []

    return _problems


def _load(folder: Path, **changes: Any) -> Study:
    raw = {key: value for key, value in {**STUDY, **changes}.items() if value is not ...}
    (folder / "study.yaml").write_text(yaml.safe_dump(raw, allow_unicode=True), encoding="utf-8")
    return load_study(folder)


def _change(folder: Path, file: str, key: str, index: int, **changes: Any) -> None:
    path = folder.parent / "instrument" / file
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    raw[key][index].update(changes)
    path.write_text(yaml.safe_dump(raw, allow_unicode=True, sort_keys=False), encoding="utf-8")


def test_ten_mistakes_are_reported_at_once() -> None:
    folder = CASES / "ten_mistakes"
    with pytest.raises(DefinitionError) as error:
        load_study(folder)
    expected = (folder / "problems.txt").read_text(encoding="utf-8").splitlines()
    assert len(expected) == 10
    assert sorted(str(problem) for problem in error.value.problems) == sorted(expected)
    assert str(error.value).startswith("10 problems in the definitions\n  - study.yaml: ")
    assert "研究定义" in error.value.zh
    assert error.value.exit_code == ExitCode.DEFINITIONS


@pytest.mark.parametrize("folder", EXAMPLES, ids=lambda folder: folder.name)
def test_studies_of_the_project_are_sound(folder: Path) -> None:
    loaded = load_study(folder)
    assert loaded.id == folder.name
    assert loaded == load_study(folder / "study.yaml")


def test_sound_study_carries_everything_it_refers_to(study: Path) -> None:
    claim = {"id": "c", "kind": "percent", "published": 98.9, "source": {"title": "t"}}
    (study / "claims.yaml").write_text(yaml.safe_dump({"claims": [claim]}), encoding="utf-8")
    loaded = _load(study, claims="claims.yaml")
    found = {name: source.paths for name, source in loaded.data.items()}
    assert found == {"responses": (study / "responses.csv",), "communities": (study / "communities.csv",)}
    assert [scale.id for scale in loaded.scales] == ["belonging"]
    assert [indicator.id for indicator in loaded.indicators] == ["coverage"]
    assert [found.id for found in loaded.claims] == ["c"]
    names = [source.name for source in loaded.sources]
    assert names == ["study.yaml", "claims.yaml", "codebook.yaml", "scales.yaml", "indicators.yaml"]
    assert loaded.label("served", "zh") == "社工服务"
    assert loaded.label("belonging", "en") == "Belonging"


def test_claims_may_stand_in_the_study_itself(study: Path) -> None:
    claim = {"id": "c", "kind": "percent", "published": 98.9, "source": {"title": "t"}}
    assert [found.id for found in _load(study, claims=[claim]).claims] == ["c"]


def test_study_that_only_audits_needs_no_instrument(study: Path) -> None:
    loaded = _load(study, instrument=..., data=..., design=..., analysis=...)
    assert loaded.instrument is None
    assert not loaded.scales
    assert not loaded.indicators


def test_instrument_without_scales_and_indicators_is_sound(study: Path) -> None:
    for name in ("scales.yaml", "indicators.yaml"):
        (study.parent / "instrument" / name).unlink()
    loaded = _load(study, analysis={})
    assert not loaded.scales
    assert not loaded.indicators


@pytest.mark.parametrize("name", ["../outside.csv", "/etc/passwd", "data/../../outside.csv"])
def test_data_and_claims_stay_in_the_folder(problems: Problems, name: str) -> None:
    told = problems(data={"responses": name, "communities": "c.csv"}, claims=name)
    assert told == [
        f"study.yaml: data.responses: {name!r} leaves the study's folder (copy the file into the study's folder)",
        f"study.yaml: claims: {name!r} leaves the study's folder (copy the file into the study's folder)",
    ]


def test_link_out_of_the_folder_is_followed_and_refused(study: Path, problems: Problems) -> None:
    (study / "link.csv").symlink_to(study.parent / "elsewhere.csv")
    (told,) = problems(data={"responses": "link.csv", "communities": "c.csv"})
    assert "leaves the study's folder" in told


@pytest.mark.parametrize("name", ["a\0b", "x" * 5_000])
def test_names_that_are_no_paths_are_told(problems: Problems, name: str) -> None:
    assert any("study.yaml: instrument: there is no folder" in told for told in problems(instrument=name))


def test_null_byte_in_a_data_path_is_told(problems: Problems) -> None:
    told = problems(data={"responses": "a\0b", "communities": "c.csv"})
    assert told == [r"study.yaml: data.responses: 'a\x00b' is not a path"]


def test_missing_files_are_named(study: Path, problems: Problems) -> None:
    with pytest.raises(DefinitionError, match=r"study\.yaml: no such file"):
        load_study(study)
    assert problems(instrument="../nowhere") == ["study.yaml: instrument: there is no folder '../nowhere'"]
    (told,) = problems(claims="claims.yaml")
    assert told.startswith("claims.yaml: no such file: ")
    (study.parent / "instrument" / "codebook.yaml").unlink()
    (told,) = problems()
    assert told.startswith("codebook.yaml: no such file: ")


def test_data_need_an_instrument_responses_and_the_tables_of_foreign_keys(problems: Problems) -> None:
    assert problems(instrument=..., analysis={}) == ["study.yaml: instrument: is required when there are data"]
    assert problems(data={"communities": "c.csv"}) == ["study.yaml: data: 'responses' is required: the survey file"]
    assert problems(data={"responses": "r.csv"}) == [
        "study.yaml: data: the codebook's foreign key on ['community'] needs the table 'communities'"
    ]


def test_smaller_cells_need_a_reason(problems: Problems) -> None:
    assert problems(disclosure={"minimum_cell": 9}) == [
        "study.yaml: disclosure.reason: a minimum_cell below 10 needs a reason"
    ]
    assert problems(disclosure={"minimum_cell": 9, "reason": TEXT}) == []
    assert problems(disclosure={"minimum_cell": 10}) == []


EFFECT_MISTAKES: list[tuple[dict[str, Any], str]] = [
    ({"treatment": "srved"}, "effects[0].treatment: 'srved' is not a column (did you mean 'served'?)"),
    ({"absorb": ["comunity"]}, "effects[0].absorb[0]: 'comunity' is not a column (did you mean 'community'?)"),
    ({"cluster": ["xxxx"]}, "effects[0].cluster[0]: 'xxxx' is not a column"),
    ({"outcomes": ["belonging", "trust"]}, "effects[0].outcomes[1]: 'trust' is not a column"),
    (
        {"steps": [{"name": "M1", "add": ["agee"]}]},
        "effects[0].steps[0].add[0]: 'agee' is not a column (did you mean 'age'?)",
    ),
    ({"steps": [{"name": "M1"}, {"name": "M1"}]}, "effects[0].steps: 'M1' is defined 2 times"),
    (
        {"steps": [{"name": "M1", "add": ["age"]}, {"name": "M2", "add": ["gender", "age"]}]},
        "effects[0].steps[1].add[1]: 'age' is already in the model, since steps[0]",
    ),
    ({"steps": [{"name": "M1", "add": ["served"]}]}, "effects[0].steps[0].add[0]: 'served' is already the treatment"),
    (
        {"steps": [{"name": "M1", "add": ["belonging"]}]},
        "effects[0].steps[0].add[0]: 'belonging' is already an outcome",
    ),
    (
        {"assignment": {"kind": "randomised", "unit": "household"}},
        "effects[0].assignment.unit: 'household' is not a column",
    ),
]


@pytest.mark.parametrize(("change", "expected"), EFFECT_MISTAKES, ids=[expected for _, expected in EFFECT_MISTAKES])
def test_mistake_in_an_effect_is_told_at_its_path(problems: Problems, change: dict[str, Any], expected: str) -> None:
    assert problems(analysis={"effects": [{**EFFECT, **change}]}) == [f"study.yaml: analysis.{expected}"]


def test_effects_of_one_name_are_told(problems: Problems) -> None:
    assert problems(analysis={"effects": [EFFECT, EFFECT]}) == [
        "study.yaml: analysis.effects: 'social_work' is defined 2 times"
    ]


def test_individuals_may_be_the_unit_of_assignment(problems: Problems) -> None:
    assignment = {"kind": "randomised", "unit": "individual"}
    assert problems(design={"cluster": "community", "assignment": assignment}) == []


def _derived(name: str, expression: str) -> dict[str, Any]:
    return {"name": name, "title": TEXT, "expression": expression}


DERIVED_MISTAKES = [
    ([_derived("age", "age + 0")], ["derived[0].name: 'age' is already a field or scale"]),
    ([_derived("belonging", "age")], ["derived[0].name: 'belonging' is already a field or scale"]),
    ([_derived("a", "agee")], ["derived[0].expression: 'agee' is not a column (did you mean 'age'?)"]),
    ([_derived("aa", "bb"), _derived("bb", "age")], ["derived[0].expression: 'bb' is not a column"]),
    ([_derived("a", "age"), _derived("a", "age")], ["derived: 'a' is defined 2 times"]),
    (
        [_derived("old", "age > 60"), _derived("both", "old and served == 1")],
        ["derived[1].expression: 'old' is a number, but a condition is expected (such as old == 1)"],
    ),
    (
        [_derived("month", "hour(day)")],
        ["derived[0].expression: 'hour(day)': hour is of a date with a time or a time of day, not of a date"],
    ),
    ([_derived("a", "community * 2")], ["derived[0].expression: 'community * 2': arithmetic is for numbers"]),
    (
        [_derived("a", "day + 1")],
        ["derived[0].expression: 'day + 1': of dates and times only differences can be taken"],
    ),
    (
        [_derived("a", "day - day > 3")],
        [
            (
                "derived[0].expression: 'day - day' is a span of time and '3' is a number: they cannot be compared; "
                "the span in minutes is minutes(x - y)"
            )
        ],
    ),
    ([_derived("a", "-community")], ["derived[0].expression: '-community': only a number can have a minus sign"]),
]


@pytest.mark.parametrize(("derived", "expected"), DERIVED_MISTAKES, ids=[told[0] for _, told in DERIVED_MISTAKES])
def test_mistake_in_a_derived_column_is_told(
    problems: Problems, derived: list[dict[str, Any]], expected: list[str]
) -> None:
    assert problems(analysis={"derived": derived}) == [f"study.yaml: analysis.{line}" for line in expected]


def test_derived_columns_read_those_before_them(study: Path) -> None:
    derived = [_derived("old", "age > 60"), _derived("twice", "old * 2 + served"), _derived("score", "belonging / 2")]
    loaded = _load(study, analysis={"derived": derived, "subgroups": ["old"]})
    assert loaded.derived("twice") is not None


INDICATOR_MISTAKES: list[tuple[dict[str, Any], list[str]]] = [
    (
        {"numerator": "serve == 1"},
        [".numerator: 'serve' is not a field or scale (did you mean 'served'?)"],
    ),
    (
        {"numerator": "served"},
        [".numerator: 'served' is a number, but a condition is expected (such as served == 1)"],
    ),
    ({"kind": "mean", "numerator": "community"}, [".numerator: 'community' is text, but a number is expected"]),
    (
        {"universe": "age", "need": "gendr == 1"},
        [
            ".universe: 'age' is a number, but a condition is expected (such as age == 1)",
            ".need: 'gendr' is not a field or scale (did you mean 'gender'?)",
        ],
    ),
]


@pytest.mark.parametrize(("change", "expected"), INDICATOR_MISTAKES, ids=[told[0] for _, told in INDICATOR_MISTAKES])
def test_mistake_in_an_indicator_is_told(
    study: Path, problems: Problems, change: dict[str, Any], expected: list[str]
) -> None:
    _change(study, "indicators.yaml", "indicators", 0, **change)
    assert problems() == [f"indicators.yaml: indicators[0] (coverage){line}" for line in expected]


FITTING = [
    {"kind": "mean", "numerator": "belonging"},
    {"kind": "mean", "numerator": "served == 1"},
    {"kind": "distribution", "numerator": "community"},
]


@pytest.mark.parametrize("change", FITTING, ids=str)
def test_indicator_of_a_mean_or_a_distribution_takes_what_fits(
    study: Path, problems: Problems, change: dict[str, Any]
) -> None:
    _change(study, "indicators.yaml", "indicators", 0, **change)
    assert problems() == []


def test_mistakes_in_scales_are_told(study: Path, problems: Problems) -> None:
    _change(study, "scales.yaml", "scales", 0, items=["belong_1", "belong_3", "belong_1", "community"])
    assert problems() == [
        "scales.yaml: scales[0] (belonging).items[1]: 'belong_3' is not a field (did you mean 'belong_2'?)",
        "scales.yaml: scales[0] (belonging).items: 'belong_1' is defined 2 times",
        "scales.yaml: scales[0] (belonging).items[3]: 'community' is not a number, so it cannot be scored",
    ]
    _change(study, "scales.yaml", "scales", 0, items=["belong_1"], id="age")
    assert "scales.yaml: age: a field has the same name" in problems()


def test_malformed_scale_is_still_known_to_the_study(study: Path, problems: Problems) -> None:
    _change(study, "scales.yaml", "scales", 0, scoring="median")
    assert problems() == [
        "scales.yaml: scales[0].scoring: 'median' is not one of 'mean' or 'sum' (did you mean 'mean'?)"
    ]


def test_malformed_codebook_is_still_known_to_the_study(study: Path, problems: Problems) -> None:
    _change(study, "codebook.yaml", "fields", 2, type="intger")
    told = problems(design={"cluster": "comunity", "assignment": {"kind": "observational"}})
    assert len(told) == 2
    assert told[0].startswith("codebook.yaml: fields[2].type: 'intger' is not one of")
    assert told[1] == "study.yaml: design.cluster: 'comunity' is not a column (did you mean 'community'?)"


def test_unreadable_codebook_causes_no_false_problems_elsewhere(study: Path, problems: Problems) -> None:
    (study.parent / "instrument" / "codebook.yaml").write_text("fields: [", encoding="utf-8")
    (told,) = problems()
    assert told.startswith("codebook.yaml, line 1: not valid YAML")


def test_problems_of_all_files_come_together(study: Path, problems: Problems) -> None:
    _change(study, "scales.yaml", "scales", 0, range=[5, 1])
    _change(study, "indicators.yaml", "indicators", 0, group="covrage")
    (study / "claims.yaml").write_text("claims: [{id: c}]", encoding="utf-8")
    files = {told.partition(":")[0] for told in problems(claims="claims.yaml", id="A")}
    assert files == {"scales.yaml", "indicators.yaml", "claims.yaml", "study.yaml"}
