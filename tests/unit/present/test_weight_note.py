"""The table of weights says by what method they were made, and where the targets come from."""

from __future__ import annotations

from typing import Any

import pytest
from tests.cases.present.audited import audited_manifest, audited_tables
from tests.unit.present.conftest import MakeBundle

from liandong.definitions import Language
from liandong.present.facts import read_facts
from liandong.present.tables_audit import weight_table

SOURCE = {"zh": "第七次人口普查。", "en": "The census of 2020."}


@pytest.mark.parametrize(
    ("method", "zh", "en"),
    [
        ("raking", "方法：迭代比例调整（raking）。目标出处：第七次人口普查。", "Method: raking."),
        ("cells", "方法：单元格加权。", "Method: weighting by cells. Source of the targets: The census of 2020."),
    ],
)
def test_method_and_source_stand_below_the_table(
    make_bundle: MakeBundle, lang: Language, method: str, zh: str, en: str
) -> None:
    manifest: dict[str, Any] = audited_manifest()
    manifest["study"]["weighting"] = {"method": method, "source": SOURCE, "margins": []}
    facts = read_facts(make_bundle(f"weighted-{method}-{lang}", manifest, audited_tables()), lang)
    (note,) = weight_table(facts).notes
    assert {"zh": zh, "en": en}[lang] in note
    assert ".." not in note
    assert "。。" not in note
