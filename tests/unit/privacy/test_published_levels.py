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


def _study(folder: Path, **effect: Any) -> Path:
    codebook = {
        "fields": [
            _field("place", "string", role="cluster"),
            _field("family", "string", pii=True),
            _field("phone", "integer", pii=True),
            _field("say", "string"),
            _field("served", "integer"),
            _field("score", "number"),
        ],
        "liandong": {"title": {"zh": "题", "en": "Q"}, "version": "1"},
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
    spec = {
        "id": "s",
        "title": {"zh": "题", "en": "S"},
        "instrument": "instrument",
        "design": {"cluster": "place", "assignment": {"kind": "observational"}},
        "analysis": {"effects": [own]},
    }
    (folder / "instrument").mkdir()
    (folder / "instrument" / "codebook.yaml").write_text(yaml.safe_dump(codebook), encoding="utf-8")
    (folder / "study.yaml").write_text(yaml.safe_dump(spec), encoding="utf-8")
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
