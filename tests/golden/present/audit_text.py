"""The audit page of the small example as text: what a reader reads, in order, tables with a bar between their cells.

``python -m tests.golden.present.audit_text FOLDER`` writes it anew, FOLDER being a bundle of that example.
"""

from __future__ import annotations

import re
import sys
from html import unescape
from pathlib import Path
from typing import Final

from liandong.definitions import Language
from liandong.present import open_audit

FOLDER: Final = Path(__file__).parent
_TABLES: Final = ("verdicts", "claims", "checks", "needed")


def audit_text(bundle: Path, lang: Language) -> str:
    """Return summary, tables and cards of the audit of `bundle`."""
    page = open_audit(str(bundle), lang)
    parts = [page.summary(), *(page.table(name) for name in _TABLES[:2]), page.cards(), *map(page.table, _TABLES[2:])]
    return "\n\n".join(_read(part).strip() for part in parts) + "\n"


def _read(prose: str) -> str:
    text = re.sub(r"```\{=(?:typst|openxml)\}\n.*?\n```\n", "", prose, flags=re.DOTALL)
    text = re.sub(r"```\{=html\}\n(.*?)\n```", lambda match: _table(match[1]), text, flags=re.DOTALL)
    text = re.sub(r"`<strong[^>]*>(.*?)</strong>`\{=html\}(?:`[^`]*`\{=\w+\})*", r"\1", text)
    text = re.sub(r"\[((?:[^\[\]\\]|\\.)*)\]\{\.ld-[^}]*\}", r"\1", text)
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"\\(.)", r"\1", text))


def _table(html: str) -> str:
    lines = re.sub(r"</t[hd]>\s*<t[hd][^>]*>", " | ", html)
    return re.sub(r"\n\s*\n+", "\n", unescape(re.sub(r"<[^>]+>", "", lines))).replace("\xa0", " ")


if __name__ == "__main__":
    for language in ("zh", "en"):
        text = audit_text(Path(sys.argv[1]), language)  # type: ignore[arg-type]
        (FOLDER / f"audit.{language}.txt").write_text(text, encoding="utf-8", newline="\n")
