"""What stands behind the numbers of a report, for the cards that open on them: hashes of tables, data, definitions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from liandong.evidence import TABLES
from liandong.present.facts import Facts

_TABLES = "tables/"


def sources_block(facts: Facts) -> str:
    """Return a script element without code, whose JSON tells a card where the numbers of each table come from.

    Its keys: ``study``, ``tables`` (table → ``file``, ``sha256`` and ``key``, the columns of a row's key), ``inputs``
    and ``definitions`` (file → SHA-256), ``versions``, ``lock``. It stands inside a fenced raw block, so it holds no
    backtick, and no tag.
    """
    text = json.dumps(_sources(facts), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    for character in "<>&`":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return f'<script type="application/json" id="ld-sources">{text}</script>'


def _sources(facts: Facts) -> dict[str, Any]:
    manifest = facts.manifest
    files: Mapping[str, str] = manifest.get("files") or {}
    named = {
        name.removeprefix(_TABLES).removesuffix(".csv"): {"file": name, "sha256": found}
        for name, found in files.items()
        if name.startswith(_TABLES)
    }
    tables = {name: said | ({"key": TABLES[name].key} if name in TABLES else {}) for name, said in named.items()}
    return {
        "study": manifest["study"]["id"],
        "tables": tables | {"manifest": {"file": "manifest.json"}},
        **{key: manifest.get(key) or {} for key in ("inputs", "definitions", "versions")},
        "lock": manifest.get("lock"),
    }
