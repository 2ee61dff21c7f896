"""Mistakes in claims.yaml: each is told at its path, all at once, with the nearest name that exists."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from liandong.definitions import load_study
from liandong.definitions.claim_kinds import KINDS_OF
from liandong.definitions.claim_references import check_claims
from liandong.definitions.claims import Claim, ClaimFile, ClaimKind
from liandong.definitions.shape import check_shape
from liandong.errors import DefinitionError

ROOT = Path(__file__).resolve().parents[3]
TEXT = {"zh": "题", "en": "title"}


def _claim(name: str, kind: str = "count", **keys: Any) -> dict[str, Any]:
    return {"id": name, "kind": kind, "published": 1, "source": {"title": "t"}, **keys}


PERCENT = _claim("p", "percent", unit="percent", n=618)
COUNT = _claim("c", unit="people")
MISTAKES: list[tuple[list[dict[str, Any]], str]] = [
    ([COUNT, COUNT], "claims: 'c' is defined 2 times"),
    ([COUNT, _claim("d", parts=["c", "x"])], "claims[1] (d).parts[1]: 'x' is not a claim"),
    (
        [_claim("respondents"), _claim("d", parts=["respondent"])],
        "claims[1] (d).parts[0]: 'respondent' is not a claim (did you mean 'respondents'?)",
    ),
    ([_claim("d", parts=["d"])], "claims[0] (d).parts[0]: 'd' is this claim itself"),
    ([COUNT, _claim("d", parts=["c", "c"])], "claims[1] (d).parts: 'c' is defined 2 times"),
    (
        [_claim("a", parts=["b"]), _claim("b", of_which=["k"]), _claim("k", parts=["a"])],
        "claims[0] (a): is made of itself: a → b → k → a",
    ),
    (
        [COUNT, _claim("d", unit="projects", parts=["c"])],
        "claims[1] (d).parts[0]: 'c' is in 'people', but the claim is in 'projects'",
    ),
    (
        [PERCENT, COUNT, _claim("d", "comparison", order=["p", "c"])],
        "claims[2] (d).order[1]: is in 'people', but order[0] is in 'percent': they cannot be compared",
    ),
    (
        [PERCENT, COUNT, _claim("d", "difference", **{"from": "c", "to": "p"})],
        "claims[2] (d).to: is in 'percent', but from is in 'people': they cannot be compared",
    ),
    (
        [_claim("d", "comparison", order=["x", ["y"]])],
        "claims[0] (d).order[0]: 'x' is not a claim; claims[0] (d).order[1][0]: 'y' is not a claim",
    ),
    (
        [COUNT, _claim("d", "coefficient", arms={"coverage": "c"})],
        "claims[1] (d).arms.coverage: must be the claim of a percentage, with its n",
    ),
    (
        [{**PERCENT, "n": None}, _claim("d", "coefficient", arms={"coverage": "p"})],
        "claims[1] (d).arms.coverage: the claim 'p' has no n",
    ),
    (
        [PERCENT, _claim("d", "coefficient", arms={"coverage": "p", "clusters": "p"})],
        "claims[1] (d).arms.clusters: must be a number, or the claim of a count",
    ),
    (
        [COUNT, _claim("d", "p_value", coefficient="c")],
        "claims[1] (d).coefficient: must be the claim of an estimate; it is of kind 'count'",
    ),
    (
        [_claim("d", "percent", items=3, n=4)],
        "claims[0] (d).items: does not go with kind 'percent' (it goes with mean)",
    ),
    ([_claim("d", "mean", items=3)], "claims[0] (d).items: needs n"),
    ([_claim("d", "growth", to=3, years=4)], "claims[0] (d).years: needs from"),
]


@pytest.mark.parametrize(("claims", "expected"), MISTAKES, ids=[expected for _, expected in MISTAKES])
def test_mistake_between_claims_is_told_at_its_path(claims: list[dict[str, Any]], expected: str) -> None:
    told = "; ".join(str(problem).removeprefix("f: ") for problem in check_claims(claims, "f"))
    assert told == expected


FIGURE = 'expected a figure, such as 0.02, "0.020" or "<0.05"; got'
ROUNDED = "rounded_to says how the figure is rounded; decimals does not go with it"
NULL = "null stands for a figure that is not published"
ARMS = "claims[0].arms: arms needs either coverage, or both treated and untreated"
EMPTY = "order has an empty list; it takes ids, or lists of ids among which no order is claimed"
MOST = "should be less than or equal to 1000000000000"
CLUSTERS = "clusters is a number from 1 to 1,000,000,000,000, or the claim that gives it"
BOOLEAN = "expected a number or a text; got True (YAML reads yes and no as true and false)"
MISTYPED = (
    'claims[0]: expected published to be a figure, such as 31.1, "31.1%", "30–50" or "<0.05"; got {!r} '
    "(if these are words, say in_words: true)"
)
SHAPES: list[tuple[dict[str, Any], str]] = [
    ({"decimals": 2, "published": "0.020"}, "claims[0]: decimals is 2, but '0.020' has 3"),
    ({"scale_range": [5, 1]}, "claims[0]: scale_range must go from low to high; got [5.0, 1.0]"),
    (
        {"stars": 1, "levels": [0.01, 0.05]},
        "claims[0]: levels go down from one star to three, such as [0.05, 0.01, 0.001]; got [0.01, 0.05]",
    ),
    ({"relation": "doubled", "to": 3}, f"claims[0]: relation needs both from and to; {NULL}"),
    ({"relation": "doubled", "from": None, "to": None}, "claims[0]: relation needs a claim or a number for from or to"),
    ({"rounded_to": 10, "decimals": 1}, "claims[0]: " + ROUNDED),
    ({"se": "small"}, f"claims[0].se: {FIGURE} 'small'"),
    ({"se": "<0.1"}, "claims[0]: se must be one positive number; got '<0.1'"),
    ({"se": 0}, "claims[0]: se must be one positive number; got 0.0"),
    ({"sd": -1}, "claims[0]: sd must be one positive number; got -1.0"),
    ({"arms": {"treated": 3}}, ARMS),
    ({"arms": {"treated": 3, "untreated": 3, "coverage": "p"}}, ARMS),
    ({"interval": {"low": 1, "high": "wide"}}, f"claims[0].interval.high: {FIGURE} 'wide'"),
    ({"published": 1e300}, "claims[0]: a figure is 0 or lies between 1e-30 and 1e+30; got 1e+300"),
    ({"se": 1e-40}, "claims[0]: a figure is 0 or lies between 1e-30 and 1e+30; got 1e-40"),
    ({"publishd": 3}, "claims[0].publishd: is not a key that is known here (did you mean 'published'?)"),
    ({"order": ["a"]}, "claims[0].order: expected at least 2 entries; got 1"),
    ({"order": [[], "a"]}, f"claims[0]: {EMPTY}"),
    ({"n": 2**63}, f"claims[0].n: {MOST}; got 9223372036854775808"),
    ({"arms": {"treated": 10**13, "untreated": 3}}, f"claims[0].arms.treated: {MOST}; got 10000000000000"),
    ({"arms": {"coverage": "p", "clusters": 0}}, f"claims[0].arms: {CLUSTERS}; got 0"),
    ({"arms": {"coverage": "p", "clusters": 10**13}}, f"claims[0].arms: {CLUSTERS}; got 10000000000000"),
    ({"arms": {"coverage": "p", "clusters": True}}, f"claims[0].arms.clusters: {BOOLEAN}"),
    ({"items": 10_001}, "claims[0].items: should be less than or equal to 10000; got 10001"),
    ({"kind": "percent", "rounded_to": 300}, "claims[0]: a percentage cannot be rounded to more than 100; got 300"),
    ({"published": True}, f"claims[0].published: {BOOLEAN}"),
    ({"n": True}, f"claims[0].n: {BOOLEAN}"),
    ({"se": True}, f"claims[0].se: {BOOLEAN}"),
    ({"of": [True, 3]}, f"claims[0].of[0]: {BOOLEAN}"),
    ({"published": " "}, 'claims[0]: published is blank; words such as "no figure" say that there is none'),
    ({"source": {"title": " "}}, "claims[0].source.title: string should have at least 1 character; got ' '"),
    ({"interval": {"low": 3, "high": 2}}, "claims[0].interval: an interval goes from low to high; got 3.0 and 2.0"),
    (
        {"interval": {"low": 1, "high": 2, "level": 1e-300}},
        "claims[0].interval.level: should be greater than or equal to 0.5; got 1e-300",
    ),
    (
        {"id": "A b"},
        "claims[0].id: expected small letters, digits and underscores, a letter first; got 'A b' (for example 'a_b')",
    ),
    ({"statistic": ">2"}, "claims[0]: statistic must be one number; got '>2'"),
    *(
        ({"published": text}, MISTYPED.format(text))
        for text in ("31,1", "31.1*", "1E5", "31.", "50–30", "p<0.05", "1e31")
    ),
]  # fmt: skip


@pytest.mark.parametrize(("keys", "expected"), SHAPES, ids=[expected for _, expected in SHAPES])
def test_mistake_in_a_claim_is_told_at_its_path(keys: dict[str, Any], expected: str) -> None:
    claims, problems = check_shape(ClaimFile, {"claims": [{**_claim("a", "coefficient"), **keys}]}, "f")
    assert claims is None
    assert [str(problem).removeprefix("f: ") for problem in problems] == [expected]


def test_words_with_digits_are_words_where_that_is_said_or_where_nothing_but_words_is_published() -> None:
    said = [
        _claim("a", "percent", published="one in 3", in_words=True),
        _claim("b", "comparison", published="more than in 2008"),
    ]
    claims, problems = check_shape(ClaimFile, {"claims": said}, "f")
    assert (claims is None, problems) == (False, [])


def test_an_id_of_five_thousand_letters_is_refused() -> None:
    _, problems = check_shape(ClaimFile, {"claims": [_claim("x" * 5000)]}, "f")
    assert "claims[0].id: string should have at most 100 characters" in str(problems[0])


ONE = ": must name one of indicator, scale, variable, stage or effect; got"
QUANTITIES: list[tuple[dict[str, Any], list[str]]] = [
    (
        {"indicator": "coverage_social_workr"},
        [".indicator: 'coverage_social_workr' is not an indicator (did you mean 'coverage_social_worker'?)"],
    ),
    ({"scale": "belongin"}, [".scale: 'belongin' is not a scale (did you mean 'belonging'?)"]),
    (
        {"effect": "social_wrk", "outcome": "trust"},
        [".effect: 'social_wrk' is not an effect (did you mean 'social_work'?)"],
    ),
    (
        {"effect": "social_work", "outcome": "trst", "step": "M9", "term": "served_worker"},
        [
            ".outcome: 'trst' is not an outcome (did you mean 'trust'?)",
            ".step: 'M9' is not a step",
            ".term: 'served_worker' is not a term (did you mean 'served_social_worker'?)",
        ],
    ),
    ({"effect": "social_work"}, [".outcome: is required with effect"]),
    ({"indicator": "coverage_community", "scale": "trust"}, [f"{ONE} indicator and scale"]),
    ({"universe": "all"}, [f"{ONE} none"]),
    ({"indicator": "coverage_community", "step": "M1"}, [".step: goes with effect"]),
    (
        {"indicator": "coverage_community", "subgroup": "gendr", "level": 1},
        [".subgroup: 'gendr' is not a subgroup (did you mean 'gender'?)"],
    ),
]


def _hubei(tmp_path: Path, listed: list[dict[str, Any]], **changes: Any) -> list[str]:
    """Return the problems of the Hubei study with other claims, all at once."""
    raw = yaml.safe_load((ROOT / "examples" / "hubei" / "study.yaml").read_text(encoding="utf-8"))
    raw |= {"instrument": str(ROOT / "data_schema" / "wushe"), "data": {"responses": "a.csv", "communities": "b.csv"}}
    raw = {key: value for key, value in {**raw, **changes}.items() if value is not None}
    (tmp_path / "study.yaml").write_text(yaml.safe_dump(raw, allow_unicode=True), encoding="utf-8")
    (tmp_path / "claims.yaml").write_text(yaml.safe_dump({"claims": listed}, allow_unicode=True), encoding="utf-8")
    try:
        load_study(tmp_path)
    except DefinitionError as error:
        return [str(problem) for problem in error.problems]
    return []


def test_quantities_that_the_study_does_not_define_are_told_together(tmp_path: Path) -> None:
    claims = [_claim(f"a{i}", "percent", quantity=quantity) for i, (quantity, _) in enumerate(QUANTITIES)]
    expected = [
        f"claims.yaml: claims[{i}] (a{i}).quantity{problem}"
        for i, (_, problems) in enumerate(QUANTITIES)
        for problem in problems
    ]
    assert (
        _hubei(tmp_path, [*claims, _claim("right", "percent", quantity={"indicator": "coverage_community"})])
        == expected
    )


def test_a_study_without_instrument_has_nothing_to_estimate(tmp_path: Path) -> None:
    claims = [_claim("a", "percent", quantity={"indicator": "coverage_community"})]
    told = _hubei(tmp_path, claims, instrument=None, data=None, analysis=None, design=None)
    assert told == ["claims.yaml: claims[0] (a).quantity.indicator: the study has no instrument that could define it"]


def test_mistakes_of_shape_and_of_reference_are_told_together(tmp_path: Path) -> None:
    claims = [_claim("a", "count", parts=["b"], decimals="many"), _claim("d", "percnt")]
    told = _hubei(tmp_path, claims, title=3)
    assert [problem.partition(": ")[2].partition(":")[0] for problem in told] == [
        "title",
        "claims[0].decimals",
        "claims[1].kind",
        "claims[0] (a).parts[0]",
    ]


def test_claims_in_the_study_itself_are_checked_alike(tmp_path: Path) -> None:
    told = _hubei(tmp_path, [], claims=[_claim("a", parts=["b"])])
    assert told == ["study.yaml: claims[0] (a).parts[0]: 'b' is not a claim"]


@pytest.mark.parametrize("raw", [None, 3, "a", [3, None, [], {"id": 3}], [{"id": "a", "parts": 3, "order": [[3, {}]]}]])
def test_what_is_no_claim_is_left_to_the_check_of_shapes(raw: Any) -> None:
    assert not check_claims(raw, "f")


def test_a_long_chain_and_many_circles_take_no_time() -> None:
    chain = [_claim(f"a{i}", parts=[f"a{i + 1}"]) for i in range(3000)] + [_claim("a3000")]
    assert not check_claims(chain, "f")
    circles = [_claim(f"a{i}", parts=[f"a{i ^ 1}"]) for i in range(3000)]
    assert len(check_claims(circles, "f")) == 10


def test_a_claim_may_stand_in_its_own_order() -> None:
    assert not check_claims([PERCENT, _claim("few", "comparison", order=["p", "few"])], "f")


def test_kinds_and_keys_are_those_of_the_model() -> None:
    keys = {field.alias or name for name, field in Claim.model_fields.items()}
    assert set(KINDS_OF) <= keys
    assert {kind for kinds in KINDS_OF.values() for kind in kinds} <= set(ClaimKind.__args__)
