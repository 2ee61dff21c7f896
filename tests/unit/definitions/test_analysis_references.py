"""Names in families, mediations, multiverses and weights: each mistake is found at its place."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from liandong.definitions import MOST_SPECIFICATIONS, load_study
from liandong.errors import DefinitionError

INSTRUMENT = Path(__file__).parents[2] / "cases" / "definitions" / "instrument"
TEXT = {"zh": "题", "en": "title"}
EFFECT: dict[str, Any] = {
    "id": "work",
    "title": TEXT,
    "role": "primary",
    "outcomes": ["belonging"],
    "treatment": "served",
    "absorb": ["community"],
    "cluster": ["community"],
    "steps": [{"name": "M1"}, {"name": "M2", "add": ["age", "day"]}],
}
MEDIATION: dict[str, Any] = {
    "id": "path",
    "title": TEXT,
    "outcomes": ["belonging"],
    "treatment": "served",
    "mediator": "old",
    "controls": ["gender"],
    "absorb": ["community"],
    "cluster": ["community"],
    "sample": "age < 65",
}
MULTIVERSE: dict[str, Any] = {
    "effect": "work",
    "blocks": [{"name": "person", "add": ["age", "gender"]}],
    "scorings": [{"outcome": "belonging", "columns": ["belong_1", "belong_2"]}],
    "samples": [{"name": "young", "title": TEXT, "where": "age < 65"}],
    "absorb": [["community"], []],
    "inference": ["CR1", "CR3"],
}
WEIGHTING: dict[str, Any] = {
    "method": "raking",
    "source": TEXT,
    "margins": [
        {"column": "gender", "targets": [[1, 0.5], [2, 0.5]]},
        {"column": "old", "targets": [[0, 0.8], [1, 0.2]]},
    ],
}
# Derived columns: a condition becomes a number, one may read another, text stays text.
DERIVED = [
    {"name": "old", "title": TEXT, "expression": "age >= 60"},
    {"name": "older", "title": TEXT, "expression": "old + (age >= 80)"},
    {"name": "place", "title": TEXT, "expression": "community"},
]
Problems = Callable[..., list[str]]


@pytest.fixture
def problems(tmp_path: Path) -> Problems:
    shutil.copytree(INSTRUMENT, tmp_path / "instrument")
    (tmp_path / "small").mkdir()

    def _problems(weighting: Any = WEIGHTING, **changes: Any) -> list[str]:
        analysis = {
            "derived": DERIVED,
            "effects": [{**EFFECT, "subgroups": ["gender"], "ordinal": ["belong_1"], "balance": ["age", "day"]}],
            "families": [{"id": "all", "title": TEXT, "effects": ["work"]}],
            "mediations": [MEDIATION],
            "multiverses": [MULTIVERSE],
            **changes,
        }
        study = {
            "id": "small",
            "title": TEXT,
            "instrument": "../instrument",
            "data": {"responses": "responses.csv", "communities": "communities.csv"},
            "design": {
                "cluster": "community",
                "assignment": {"kind": "observational"},
                **({"weighting": weighting} if weighting else {}),
            },
            "analysis": analysis,
        }
        (tmp_path / "small" / "study.yaml").write_text(yaml.safe_dump(study, allow_unicode=True), encoding="utf-8")
        try:
            load_study(tmp_path / "small")
        except DefinitionError as error:
            return [str(problem) for problem in error.problems]
        return []

    return _problems


def test_sound_questions_have_no_problem(problems: Problems) -> None:
    assert problems() == []


A = "study.yaml: analysis"
CASES: list[tuple[str, Any, str]] = [
    ("effects", [{**EFFECT, "subgroups": ["gendre"]}], f"{A}.effects[0].subgroups[0]: 'gendre' is not a column"),
    ("effects", [{**EFFECT, "ordinal": ["belong_3"]}], f"{A}.effects[0].ordinal[0]: 'belong_3' is not a column"),
    ("effects", [{**EFFECT, "balance": ["agee"]}], f"{A}.effects[0].balance[0]: 'agee' is not a column"),
    ("effects", [{**EFFECT, "balance": ["age", "age"]}], f"{A}.effects[0].balance: 'age' is defined 2 times"),
    *(
        ("effects", [{**EFFECT, key: ["served"]}], f"{A}.effects[0].{key}[0]: 'served' is the treatment itself")
        for key in ("subgroups", "ordinal", "balance")
    ),
    (
        "effects",
        [{**EFFECT, "cluster": ["community", "community"]}],
        f"{A}.effects[0].cluster: 'community' is defined 2 times",
    ),
    (
        "families",
        [{"id": "all", "title": TEXT, "effects": ["wrok"]}],
        f"{A}.families[0].effects[0]: 'wrok' is not an effect (did you mean 'work'?)",
    ),
    (
        "families",
        [{"id": "all", "title": TEXT, "effects": ["work", "work"]}],
        f"{A}.families[0].effects: 'work' is defined 2 times",
    ),
    ("families", [{"id": "all", "title": TEXT, "effects": ["work"]}] * 2, f"{A}.families: 'all' is defined 2 times"),
    ("mediations", [MEDIATION, MEDIATION], f"{A}.mediations: 'path' is defined 2 times"),
    *(
        ("mediations", [{**MEDIATION, key: ["nobody"]}], f"{A}.mediations[0].{key}[0]: 'nobody' is not a column")
        for key in ("outcomes", "controls", "absorb", "cluster")
    ),
    *(
        ("mediations", [{**MEDIATION, key: "nobody"}], f"{A}.mediations[0].{key}: 'nobody' is not a column")
        for key in ("treatment", "mediator")
    ),
    (
        "mediations",
        [{**MEDIATION, "mediator": "served"}],
        f"{A}.mediations[0].mediator: 'served' is already the treatment",
    ),
    (
        "mediations",
        [{**MEDIATION, "outcomes": ["old"]}],
        f"{A}.mediations[0].outcomes[0]: 'old' is already the mediator",
    ),
    (
        "mediations",
        [{**MEDIATION, "controls": ["gender", "served"]}],
        f"{A}.mediations[0].controls[1]: 'served' is already the treatment",
    ),
    ("mediations", [{**MEDIATION, "sample": "agee < 65"}], f"{A}.mediations[0].sample: 'agee' is not a column"),
    (
        "mediations",
        [{**MEDIATION, "sample": "age + 1"}],
        f"{A}.mediations[0].sample: 'age + 1' is a number, but a condition is expected",
    ),
    (
        "mediations",
        [{**MEDIATION, "sample": "place > 3"}],
        f"{A}.mediations[0].sample: ",
    ),
    *(
        ("effects", [{**EFFECT, key: names}], f"{A}.effects[0].{key}{problem}")
        for key, names, problem in (
            ("outcomes", ["belonging", "served"], "[1]: 'served' is the treatment itself"),
            ("outcomes", ["belonging", "belonging"], ": 'belonging' is defined 2 times"),
            ("absorb", ["community", "community"], ": 'community' is defined 2 times"),
            ("absorb", ["served"], "[0]: 'served' is the treatment itself"),
            ("absorb", ["community", "belonging"], "[1]: 'belonging' is already an outcome"),
            ("absorb", ["community", "age"], "[1]: 'age' is already a control, in steps[1]"),
            ("ordinal", ["belong_1", "age"], "[1]: 'age' is already a control, in steps[1]"),
        )
    ),
    (
        "effects",
        [{**EFFECT, "steps": [{"name": "M1", "add": ["age", "belonging"]}]}],
        f"{A}.effects[0].steps[0].add[1]: 'belonging' is already an outcome",
    ),
    *(
        ("mediations", [{**MEDIATION, key: names}], f"{A}.mediations[0].{key}{problem}")
        for key, names, problem in (
            ("outcomes", ["belonging", "belonging"], ": 'belonging' is defined 2 times"),
            ("outcomes", ["belonging", "served"], "[1]: 'served' is already the treatment"),
            ("controls", ["gender", "belonging"], "[1]: 'belonging' is already an outcome"),
            ("absorb", ["belonging"], "[0]: 'belonging' is already an outcome"),
            ("absorb", ["gender"], "[0]: 'gender' is already a control"),
            ("absorb", ["old"], "[0]: 'old' is already the mediator"),
        )
    ),
    *(
        ("multiverses", [{**MULTIVERSE, "blocks": blocks}], f"{A}.multiverses[0].blocks{problem}")
        for blocks, problem in (
            ([{"name": "b", "add": ["gender", "served"]}], "[0].add[1]: 'served' is already the treatment"),
            ([{"name": "b", "add": ["belonging"]}], "[0].add[0]: 'belonging' is already an outcome of the effect"),
            ([{"name": "b", "add": ["belong_2"]}], "[0].add[0]: 'belong_2' is already the score of an outcome"),
            ([{"name": "b", "add": ["age"]}, {"name": "b", "add": ["gender"]}], ": 'b' is defined 2 times"),
        )
    ),
    *(
        (
            "multiverses",
            [{**MULTIVERSE, "scorings": [{"outcome": "belonging", "columns": ["belong_1", name]}]}],
            f"{A}.multiverses[0].scorings[0].columns[1]: {name!r} is already {role}",
        )
        for name, role in (("served", "the treatment"), ("day", "a control in the steps of the effect"))
    ),
    (
        "multiverses",
        [{**MULTIVERSE, "absorb": [[], ["community", "gender", "old"]]}],
        f"{A}.multiverses[0].absorb[1]: 3 fixed effects at once; at most two work",
    ),
    ("multiverses", [MULTIVERSE, MULTIVERSE], f"{A}.multiverses: 'work' is defined 2 times"),
    ("multiverses", [{"effect": "wrok"}], f"{A}.multiverses[0].effect: 'wrok' is not an effect (did you mean 'work'?)"),
    (
        "multiverses",
        [{**MULTIVERSE, "blocks": [{"name": "b", "add": ["agee"]}]}],
        f"{A}.multiverses[0].blocks[0].add[0]: 'agee' is not a column",
    ),
    (
        "multiverses",
        [{**MULTIVERSE, "scorings": [{"outcome": "trust", "columns": ["age"]}]}],
        f"{A}.multiverses[0].scorings[0].outcome: 'trust' is not an outcome of the effect",
    ),
    (
        "multiverses",
        [{**MULTIVERSE, "scorings": [{"outcome": "belonging", "columns": ["belong_9"]}]}],
        f"{A}.multiverses[0].scorings[0].columns[0]: 'belong_9' is not a column",
    ),
    (
        "multiverses",
        [{**MULTIVERSE, "samples": MULTIVERSE["samples"] * 2}],
        f"{A}.multiverses[0].samples: 'young' is defined 2 times",
    ),
    *(
        (
            "multiverses",
            [{**MULTIVERSE, "samples": [{"name": name, "title": TEXT, "where": "age < 65"}]}],
            f"{A}.multiverses[0].samples[0].name: '{name}' is always among the samples; choose another",
        )
        for name in ("common", "complete")
    ),
    (
        "multiverses",
        [{**MULTIVERSE, "samples": [{"name": "x", "title": TEXT, "where": "agee < 65"}]}],
        f"{A}.multiverses[0].samples[0].where: 'agee' is not a column",
    ),
    (
        "multiverses",
        [{**MULTIVERSE, "absorb": [["community"], ["distrct"]]}],
        f"{A}.multiverses[0].absorb[1][0]: 'distrct' is not a column",
    ),
]


@pytest.mark.parametrize(("key", "content", "expected"), CASES, ids=[case[2].removeprefix(A) for case in CASES])
def test_a_wrong_name_is_found_at_its_place(problems: Problems, key: str, content: Any, expected: str) -> None:
    # A multiverse of an effect that a case replaces stays sound, because every case keeps the effect's id and outcome.
    found = problems(**{key: content})
    assert len(found) == 1
    assert found[0].startswith(expected)


# 3 scores × 2^1 blocks × 3 samples × 2 sets of fixed effects × 2 inferences = 72; each factor alone goes beyond.
SAMPLES = [{"name": f"s{i}", "title": TEXT, "where": f"age < {20 + i}"} for i in range(832)]
BLOCKS = [{"name": f"b{i}", "add": [("age", "gender", "old")[i % 3]]} for i in range(10)]


@pytest.mark.parametrize(
    ("changes", "number"),
    [
        ({"blocks": [*BLOCKS[:9], {"name": "empty"}]}, 3 * 2**9 * 3 * 2 * 2),
        ({"blocks": BLOCKS}, 3 * 2**10 * 3 * 2 * 2),
        ({"blocks": None, "samples": SAMPLES}, 3 * 2 * 834 * 2 * 2),
        ({"blocks": None, "samples": SAMPLES[:-1]}, 3 * 2 * 833 * 2 * 2),
        ({"blocks": BLOCKS, "absorb": None, "scorings": [], "inference": None}, 2**10 * 3 * 2),
        ({"blocks": BLOCKS, "absorb": [["community"]], "scorings": [], "inference": ["CR2", "CR2"]}, 2**10 * 3),
    ],
)
def test_specifications_are_counted_before_there_are_data(
    problems: Problems, changes: dict[str, Any], number: int
) -> None:
    multiverse = {key: value for key, value in {**MULTIVERSE, **changes}.items() if value is not None}
    found = problems(multiverses=[multiverse])
    assert len(found) == (number > MOST_SPECIFICATIONS)
    assert all(one.startswith(f"{A}.multiverses[0]: ") and f"make {number:,} specifications" in one for one in found)


D = "study.yaml: design.weighting.margins"
MARGINS: list[tuple[str, list[dict[str, Any]], str]] = [
    ("raking", WEIGHTING["margins"][:1] * 2, f"{D}: 'gender' is defined 2 times"),
    ("cells", WEIGHTING["margins"], f"{D}: method 'cells' takes one column; use raking for several margins"),
    ("raking", [{"column": "gendre", "targets": [[1, 1], [2, 1]]}], f"{D}[0].column: 'gendre' is not a column"),
    ("raking", [{"column": "gender", "targets": [[1, 1], [1, 2]]}], f"{D}[0].targets: '1' is defined 2 times"),
]


@pytest.mark.parametrize(("method", "margins", "expected"), MARGINS, ids=[case[2] for case in MARGINS])
def test_a_wrong_margin_is_found_at_its_place(
    problems: Problems, method: str, margins: list[dict[str, Any]], expected: str
) -> None:
    found = problems(weighting={**WEIGHTING, "method": method, "margins": margins})
    assert len(found) == 1
    assert found[0].startswith(expected)


def test_mistakes_of_shape_do_not_hide_those_of_reference(problems: Problems) -> None:
    found = problems(
        families=[{"id": "all", "title": TEXT, "effects": "work"}, 3],
        mediations=[{**MEDIATION, "treatment": ["served"], "mediator": "nobody"}],
        multiverses=[{**MULTIVERSE, "effect": 7, "samples": {"name": "x"}}],
        weighting={**WEIGHTING, "margins": [{"column": "gendre", "targets": "half"}]},
    )
    assert any("mediator: 'nobody' is not a column" in problem for problem in found)
    assert any("'gendre' is not a column" in problem for problem in found)
    assert any("families[0].effects" in problem for problem in found)
    assert any("multiverses[0].effect" in problem for problem in found)


def test_a_derived_column_is_known_by_what_it_gives(problems: Problems) -> None:
    """`older` is a number through another derived column, `place` is text: each may stand where it fits."""
    assert problems(mediations=[{**MEDIATION, "sample": "older > 1 and place == 'C01'"}]) == []
    (found,) = problems(mediations=[{**MEDIATION, "sample": "older == 'C01'"}])
    assert "mediations[0].sample" in found


def test_a_broken_derived_column_is_reported_once(problems: Problems) -> None:
    derived = [{"name": "old", "title": TEXT, "expression": "agee >= 60"}, *DERIVED[1:]]
    found = problems(derived=derived)
    assert len(found) == 1
    assert found[0].startswith(f"{A}.derived[0].expression: 'agee' is not a column")
