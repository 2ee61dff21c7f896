"""What counts as a change of the plan, and what does not."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from liandong.definitions import load_study, plan_hash, plan_items

EXAMPLES = Path(__file__).parents[3] / "examples"
INSTRUMENT = Path(__file__).parents[2] / "cases" / "definitions" / "instrument"
WORDS = {"zh": "另一个题目", "en": "another title"}
STUDY: dict[str, Any] = {
    "id": "small",
    "title": {"zh": "题", "en": "title"},
    "instrument": "../instrument",
    "data": {"responses": "responses.csv", "communities": "communities.csv"},
    "design": {"cluster": "community", "assignment": {"kind": "observational"}},
    "analysis": {
        "derived": [{"name": "old", "title": {"zh": "老", "en": "old"}, "expression": "(age >= 60) * 1"}],
        "effects": [
            {
                "id": "work",
                "title": {"zh": "题", "en": "title"},
                "role": "primary",
                "outcomes": ["belonging"],
                "treatment": "served",
                "absorb": ["community"],
                "cluster": ["community"],
                "steps": [{"name": "M1"}, {"name": "M2", "add": ["old"]}],
            }
        ],
        "families": [{"id": "all", "title": {"zh": "题", "en": "title"}, "effects": ["work"]}],
    },
}
Edit = Callable[[Any], object]
Hashes = dict[str, str]


@pytest.fixture
def hashes(tmp_path: Path) -> Callable[..., Hashes]:
    shutil.copytree(INSTRUMENT, tmp_path / "instrument")
    (tmp_path / "small").mkdir()

    def _hashes(edit: Edit | None = None, file: str = "study.yaml") -> Hashes:
        path = tmp_path / "small" / file if file == "study.yaml" else tmp_path / "instrument" / file
        if not (tmp_path / "small" / "study.yaml").exists():
            (tmp_path / "small" / "study.yaml").write_text(yaml.safe_dump(STUDY), encoding="utf-8")
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
        if edit is not None:
            edit(raw)
        path.write_text(yaml.safe_dump(raw, allow_unicode=True, sort_keys=False), encoding="utf-8")
        return {item.key: item.sha256 for item in plan_items(load_study(tmp_path / "small"))}

    return _hashes


def _effect(raw: Any) -> Any:
    return raw["analysis"]["effects"][0]


def _field(raw: Any, name: str) -> Any:
    return next(field for field in raw["fields"] if field["name"] == name)


DECISIONS: list[tuple[str, str, Edit, set[str]]] = [
    ("a role", "study.yaml", lambda raw: _effect(raw).update(role="secondary"), {"effect:work"}),
    (
        "a control",
        "study.yaml",
        lambda raw: _effect(raw)["steps"][1].update(add=["age"]),
        {"effect:work", "derived:old"},
    ),
    ("the fixed effects", "study.yaml", lambda raw: _effect(raw).update(absorb=[]), {"effect:work"}),
    ("a subgroup", "study.yaml", lambda raw: _effect(raw).update(subgroups=["old"]), {"effect:work"}),
    (
        "a derived column",
        "study.yaml",
        lambda raw: raw["analysis"]["derived"][0].update(expression="(age >= 65) * 1"),
        {"derived:old"},
    ),
    ("the seed", "study.yaml", lambda raw: raw["analysis"].update(inference={"seed": 1}), {"inference:draws"}),
    ("a family gone", "study.yaml", lambda raw: raw["analysis"].pop("families"), {"family:all"}),
    (
        "the assignment",
        "study.yaml",
        lambda raw: raw["design"].update(assignment={"kind": "randomised", "unit": "community"}),
        {"design:assignment"},
    ),
    ("the weight", "study.yaml", lambda raw: raw["design"].update(weight="age"), {"design:weight"}),
    (
        "answers that a scale needs",
        "scales.yaml",
        lambda raw: raw["scales"][0].update(minimum_answered=2),
        {"scale:belonging"},
    ),
    (
        "a numerator",
        "indicators.yaml",
        lambda raw: raw["indicators"][0].update(numerator="served == 0"),
        {"indicator:coverage"},
    ),
    (
        "a bound that rejects",
        "codebook.yaml",
        lambda raw: _field(raw, "age").update(constraints={"minimum": 0}),
        {"field:age"},
    ),
]


@pytest.mark.parametrize(("file", "edit", "items"), [case[1:] for case in DECISIONS], ids=[c[0] for c in DECISIONS])
def test_a_decision_changes_its_own_item_and_no_other(
    hashes: Callable[..., Hashes], file: str, edit: Edit, items: set[str]
) -> None:
    before, after = hashes(), hashes(edit, file)
    assert {key for key in before | after if before.get(key) != after.get(key)} == items
    assert plan_hash(before) != plan_hash(after)


WORDING: list[tuple[str, str, Edit]] = [
    ("the study's title", "study.yaml", lambda raw: raw.update(title=WORDS, subtitle=WORDS)),
    ("an effect's title and note", "study.yaml", lambda raw: _effect(raw).update(title=WORDS, note=WORDS)),
    ("a step's title", "study.yaml", lambda raw: _effect(raw)["steps"][0].update(title=WORDS)),
    (
        "labels and brackets of a derived column",
        "study.yaml",
        lambda raw: raw["analysis"]["derived"][0].update(expression="( (age>=60) )*1", categories=[[1, WORDS]]),
    ),
    ("a default written out", "study.yaml", lambda raw: _effect(raw).update(dose_response=False, subgroups=[])),
    ("the default seed written out", "study.yaml", lambda raw: raw["analysis"].update(inference={"draws": 9999})),
    ("sampling", "study.yaml", lambda raw: raw["design"].update(sampling={"frame": WORDS, "method": WORDS})),
    ("the report", "study.yaml", lambda raw: raw.update(report={"languages": ["en"]})),
    ("disclosure", "study.yaml", lambda raw: raw.update(disclosure={"minimum_cell": 20})),
    ("a scale's source", "scales.yaml", lambda raw: raw["scales"][0].update(source={"citation": "another"})),
    ("a question", "codebook.yaml", lambda raw: _field(raw, "served").update(title="另一种问法")),
    ("an English title", "codebook.yaml", lambda raw: _field(raw, "served")["liandong"].update(title_en="Other words")),
]


@pytest.mark.parametrize(("file", "edit"), [case[1:] for case in WORDING], ids=[case[0] for case in WORDING])
def test_wording_changes_nothing(hashes: Callable[..., Hashes], file: str, edit: Edit) -> None:
    assert hashes() == hashes(edit, file)


def test_comments_and_layout_change_nothing(hashes: Callable[..., Hashes], tmp_path: Path) -> None:
    before = hashes()
    path = tmp_path / "small" / "study.yaml"
    path.write_text("# a remark\n" + path.read_text(encoding="utf-8") + "\n\n", encoding="utf-8")
    assert {item.key: item.sha256 for item in plan_items(load_study(tmp_path / "small"))} == before


def test_a_lower_bound_of_zero_is_a_bound(hashes: Callable[..., Hashes]) -> None:
    before = hashes(lambda raw: _field(raw, "age").update(constraints={"minimum": 0}), "codebook.yaml")
    after = hashes(lambda raw: _field(raw, "age").update(constraints={}), "codebook.yaml")
    assert before["field:age"] != after["field:age"]


@pytest.mark.parametrize("name", ["hubei", "rice_insurance"])
def test_keys_are_unique_and_everything_asked_is_among_them(name: str) -> None:
    study = load_study(EXAMPLES / name)
    items = plan_items(study)
    keys = [item.key for item in items]
    assert len(keys) == len(set(keys))
    assert {f"effect:{effect.id}" for effect in study.spec.analysis.effects} <= set(keys)
    roles = {item.item: item.role for item in items if item.kind == "effect"}
    assert roles == {effect.id: effect.role for effect in study.spec.analysis.effects}
    used = {column for effect in study.spec.analysis.effects for step in effect.steps for column in step.add}
    assert used <= {item.item for item in items if item.kind in {"field", "derived", "scale"}}


def test_what_a_derived_column_reads_belongs_to_the_plan() -> None:
    """Marital status occurs in the plan only through the derived column `married`, content only through `sample`."""
    keys = {item.key for item in plan_items(load_study(EXAMPLES / "hubei"))}
    assert {"field:marital", "field:content_social_worker", "field:satisfaction_community"} <= keys
    assert "field:content_charity" not in keys, "nobody reads it, and it rejects no row"
    assert {"rule:consent_given", "rule:residence_within_life"} <= keys
    assert "rule:hour_of_day" not in keys, "it only warns"


def test_the_order_of_items_does_not_matter_to_the_whole() -> None:
    assert plan_hash({"a": "1", "b": "2"}) == plan_hash({"b": "2", "a": "1"}) != plan_hash({"a": "2", "b": "1"})
