from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from liandong.definitions import load_study
from liandong.errors import DefinitionError
from liandong.privacy import refuse_personal_levels


def _field(name: str, kind: str, **own: Any) -> dict[str, Any]:
    return {"name": name, "title": name, "type": kind, "liandong": {"title_en": name, **own}}


TITLE = {"zh": "题", "en": "Q"}


def _study(
    folder: Path, *, derived: dict[str, str] | None = None, spec: dict[str, Any] | None = None, **effect: Any
) -> Path:
    codebook = {
        "primaryKey": "respondent",
        "foreignKeys": [{"fields": "place", "reference": {"resource": "places", "fields": "place"}}],
        "fields": [
            _field("respondent", "string", role="id"),
            _field("place", "string", role="cluster"),
            _field("family", "string", pii=True),
            _field("phone", "integer", pii=True),
            _field("say", "string"),
            _field("served", "integer"),
            _field("score", "number"),
            _field("mood", "number"),
            _field("ill", "boolean", pii=True),
        ],
        "liandong": {
            "title": TITLE,
            "version": "1",
            "tables": {"places": "places.yaml", "calls": "calls.yaml"},
        },
    }
    places = {
        "primaryKey": "place",
        "fields": [_field("place", "string"), _field("head_phone", "integer", pii=True)],
        "liandong": {"title": TITLE, "version": "1"},
    }
    calls = {
        "foreignKeys": [{"fields": "respondent", "reference": {"resource": "responses", "fields": "respondent"}}],
        "fields": [_field("respondent", "string"), _field("number", "integer", pii=True)],
        "liandong": {"title": TITLE, "version": "1"},
    }
    own = {
        "id": "served",
        "title": {"zh": "服务", "en": "Served"},
        "outcomes": ["score"],
        "role": "primary",
        "treatment": "served",
        "cluster": ["place"],
        "steps": [{"name": "M1"}],
        **effect,
    }
    columns = [{"name": name, "title": TITLE, "expression": text} for name, text in (derived or {}).items()]
    whole = {
        "id": "s",
        "title": {"zh": "题", "en": "S"},
        "instrument": "instrument",
        "design": {"cluster": "place", "assignment": {"kind": "observational"}},
        "analysis": {"effects": [own], "derived": columns},
    }
    for path, value in (spec or {}).items():
        *parents, last = path.split(".")
        inner: dict[str, Any] = whole
        for parent in parents:
            inner = inner.setdefault(parent, {})
        inner[last] = value
    (folder / "instrument").mkdir()
    (folder / "instrument" / "codebook.yaml").write_text(yaml.safe_dump(codebook), encoding="utf-8")
    for name, content in (("places", places), ("calls", calls)):
        (folder / "instrument" / f"{name}.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    (folder / "study.yaml").write_text(yaml.safe_dump(whole), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("effect", "words"),
    [
        ({"cluster": ["family"]}, r"effects\[0\].cluster.*'family'.*personal"),
        ({"subgroups": ["phone"]}, r"effects\[0\].subgroups.*'phone'.*personal"),
        ({"steps": [{"name": "M1", "add": ["family"]}]}, r"effects\[0\].steps.*'family'.*personal"),
        ({"subgroups": ["say"]}, r"effects\[0\].subgroups.*'say'.*free text"),
    ],
)
def test_what_would_publish_words_of_people_is_refused(tmp_path: Path, effect: dict[str, Any], words: str) -> None:
    with pytest.raises(DefinitionError, match=words):
        refuse_personal_levels(load_study(_study(tmp_path, **effect)))


@pytest.mark.parametrize("effect", [{}, {"steps": [{"name": "M1", "add": ["phone"]}]}])
def test_clusters_and_numbers_in_a_model_are_not(tmp_path: Path, effect: dict[str, Any]) -> None:
    refuse_personal_levels(load_study(_study(tmp_path, **effect)))


@pytest.mark.parametrize(
    "derived",
    [
        {"tel": "phone + 0"},
        {"tel": "phone"},
        {"other": "phone - 1", "tel": "other * 2"},
        {"tel": "phone * (phone > 0)"},
        {"tel": "places.head_phone"},
        {"tel": "min(calls.number)"},
        {"tel": "sum(calls.number) - 1"},
    ],
    ids=lambda derived: derived["tel"],
)
@pytest.mark.parametrize("place", ["subgroups", "cluster", "absorb", "treatment"])
def test_a_column_computed_from_a_personal_field_is_as_personal(
    tmp_path: Path, derived: dict[str, str], place: str
) -> None:
    effect: dict[str, Any] = {place: "tel" if place == "treatment" else ["tel"]}
    with pytest.raises(DefinitionError, match=rf"effects\[0\].{place}.*'tel'.*carries the values of.*personal"):
        refuse_personal_levels(load_study(_study(tmp_path, derived=derived, **effect)))


@pytest.mark.parametrize(
    "expression",
    [
        "phone == 13900000001",
        "(phone > 13900000000) * 1",
        "answered(family)",
        "count(calls.number)",
        "not missing(phone)",
    ],
)
@pytest.mark.parametrize("place", ["subgroups", "treatment"])
def test_a_condition_about_a_personal_field_may_be_published(tmp_path: Path, expression: str, place: str) -> None:
    effect: dict[str, Any] = {place: "known" if place == "treatment" else ["known"]}
    refuse_personal_levels(load_study(_study(tmp_path, derived={"known": expression}, **effect)))


MEDIATION = {
    "id": "m",
    "title": TITLE,
    "outcomes": ["score"],
    "treatment": "served",
    "mediator": "mood",
    "cluster": ["place"],
}


@pytest.mark.parametrize(
    ("path", "value", "where"),
    [
        ("analysis.mediations", [{**MEDIATION, "treatment": "phone"}], r"mediations\[0\].treatment"),
        ("analysis.mediations", [{**MEDIATION, "mediator": "phone"}], r"mediations\[0\].mediator"),
        ("analysis.mediations", [{**MEDIATION, "outcomes": ["phone"]}], r"mediations\[0\].outcomes"),
        ("analysis.mediations", [{**MEDIATION, "absorb": ["phone"]}], r"mediations\[0\].absorb"),
        ("design.strata", "phone", "design.strata"),
        ("design.assignment", {"kind": "randomised", "unit": "phone"}, "design.assignment.unit"),
        ("design.assignment", {"kind": "randomised", "unit": "place", "strata": "phone"}, "design.assignment.strata"),
        ("quality.targets", {"column": "phone", "counts": [[13900000001, 3]]}, "quality.targets.column"),
        ("quality.numbers", ["phone"], "quality.numbers"),
        ("quality.ages", ["phone"], "quality.ages"),
        ("quality.effects_on", ["phone"], "quality.effects_on"),
        (
            "quality.blocks",
            [{"id": "b", "title": TITLE, "fields": ["phone", "served", "score"]}],
            r"quality.blocks\[0\].fields",
        ),
    ],
)
def test_a_personal_field_is_refused_wherever_its_values_show(
    tmp_path: Path, path: str, value: Any, where: str
) -> None:
    with pytest.raises(DefinitionError, match=rf"{where}.*'phone'.*personal"):
        refuse_personal_levels(load_study(_study(tmp_path, spec={path: value})))


@pytest.mark.parametrize(
    "effect",
    [
        {"treatment": "phone"},
        {"treatment": "ill", "dose_response": True},
        {"balance": ["phone"]},
        {"ordinal": ["phone"], "outcomes": ["phone"]},
        {"absorb": ["phone"]},
        {"assignment": {"kind": "randomised", "unit": "phone"}},
    ],
    ids=lambda effect: next(iter(effect)),
)
def test_an_effect_shows_no_values_of_personal_fields(tmp_path: Path, effect: dict[str, Any]) -> None:
    with pytest.raises(DefinitionError, match=rf"effects\[0\].{next(iter(effect))}.*personal"):
        refuse_personal_levels(load_study(_study(tmp_path, **effect)))


def test_a_personal_yes_or_no_may_be_a_treatment(tmp_path: Path) -> None:
    refuse_personal_levels(load_study(_study(tmp_path, treatment="ill")))


@pytest.mark.parametrize("role", ["interviewer", "community"])
def test_interviewers_and_communities_are_numbered_and_so_may_be_personal(tmp_path: Path, role: str) -> None:
    refuse_personal_levels(load_study(_study(tmp_path, spec={f"quality.{role}": "family"})))


@pytest.mark.parametrize("role", ["interviewer", "community"])
def test_columns_computed_from_personal_fields_are_not_numbered_and_so_refused(tmp_path: Path, role: str) -> None:
    study = _study(tmp_path, derived={"who": "family"}, spec={f"quality.{role}": "who"})
    with pytest.raises(DefinitionError, match=f"quality.{role}.*'who'.*'family'.*personal"):
        refuse_personal_levels(load_study(study))
