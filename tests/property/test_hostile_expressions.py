"""Whatever stands where an expression is expected: it is one that the definitions allow, or a problem in its place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from liandong.definitions.codebook import Codebook
from liandong.definitions.expression_types import field_kinds, kind_of
from liandong.definitions.expressions import ExpressionError, parse_expression
from liandong.definitions.links import RESPONSES, linkable
from liandong.definitions.references import check_study
from liandong.definitions.shape import check_shape
from liandong.definitions.study import StudyFile
from liandong.definitions.vocabulary import Vocabulary

CASES = Path(__file__).parents[1] / "cases" / "definitions"
SCHEMAS = {
    name: Codebook.model_validate(yaml.safe_load((CASES / file).read_text(encoding="utf-8")))
    for name, file in {
        RESPONSES: "instrument/codebook.yaml",
        "communities": "tables/communities.yaml",
        "service_log": "tables/service_log.yaml",
    }.items()
}
VOCABULARY = Vocabulary(
    fields=field_kinds(SCHEMAS[RESPONSES]),
    scales=frozenset({"belonging"}),
    linked={column: link.kind for column, link in linkable(RESPONSES, SCHEMAS).items()},
)
TEXT = {"zh": "题", "en": "title"}
ATOMS = st.sampled_from(
    [
        "age", "day", "community", "belonging", "1", "2.5", "'x'", "True", "9" * 30, "1e999", "None", "...",
        "communities.residents", "communities.station", "communities.opened", "communities.nothing", "nowhere.x",
        "communities.__class__", "communities.residents.real", "__import__('os')", "().__class__", "exec",
        "service_log.hours", "sum(service_log.hours)", "max(service_log.day)", "count(service_log)",
    ]
)  # fmt: skip
OPERATORS = st.sampled_from(["==", "<", "+", "-", "*", "/", "and", "or", "in", ".", "**", "if"])
EXPRESSIONS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.tuples(
            inner, st.sampled_from(["==", "<", "+", "-", "*", "/", "and", "or", "in", ".", "**", "if"]), inner
        ).map(" ".join),
        st.tuples(
            st.sampled_from(["missing", "hour", "minutes", "sum", "count", "min", "eval", "not", "-", "lambda:", "~"]),
            inner,
        ).map(lambda pair: f"{pair[0]}({pair[1]})"),
        st.lists(inner, max_size=3).map(lambda parts: f"[{', '.join(parts)}]"),
        inner.map(lambda text: f"[x for x in {text}]"),
        st.tuples(inner, st.sampled_from(["__globals__", "residents", "f_back"])).map(
            lambda pair: f"({pair[0]}).{pair[1]}"
        ),
    ),
    max_leaves=12,
)


def _study(expression: Any) -> dict[str, Any]:
    derived = {"name": "made", "title": TEXT, "expression": expression}
    return {"id": "small", "title": TEXT, "analysis": {"derived": [derived]}}


@given(EXPRESSIONS)
@settings(max_examples=400, deadline=None)
def test_an_expression_is_allowed_or_explained(text: str) -> None:
    raw = _study(text)
    spec, shape = check_shape(StudyFile, raw, "study.yaml")
    problems = [*shape, *check_study(raw, VOCABULARY)]
    for problem in problems:
        assert problem.where == "study.yaml: analysis.derived[0].expression"
        assert 0 < len(problem.message) < 1_000
    if not problems:
        assert spec is not None
        expression = spec.analysis.derived[0].expression
        assert set(expression.names) <= set(VOCABULARY.readable)
        assert "__" not in text
        assert kind_of(expression, {name: kind for name, kind in VOCABULARY.readable.items() if kind}) is not None


@given(EXPRESSIONS, st.integers(1, 300), st.sampled_from(["({})", "not {}", "-{}", "missing({})", "{0} + {0}"]))
@settings(max_examples=60, deadline=None)
def test_nesting_ends_in_an_expression_or_in_an_error(text: str, depth: int, around: str) -> None:
    for _ in range(depth):
        text = around.format(text) if len(text) < 5_000 else text
    try:
        parse_expression(text)
    except ExpressionError as error:
        assert len(str(error)) < 1_000  # noqa: PT017 (either outcome is right)
