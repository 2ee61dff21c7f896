"""The page that lists the sheets of all communities."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from liandong.definitions import Language
from liandong.evidence import read_bundle
from liandong.present.escaping import html_text
from liandong.present.facts import read_facts
from liandong.present.marks import unmarked
from liandong.present.words import plural, word


def write_index(bundle: Path, file: Path, lang: Language, sheets: Mapping[str, Mapping[str, str]]) -> Path:
    """Write a small HTML page that links sheets, and return its path.

    Parameters
    ----------
    bundle
        Of the study.
    file
        The page to write, beside the sheets.
    lang
        Its language, and that of the sheets.
    sheets
        Community → format → name of its file.
    """
    facts = read_facts(read_bundle(bundle), lang)
    cluster = str(facts.study.get("cluster") or "")
    noun = unmarked(facts.cluster())
    names = {"noun": noun, "clusters": plural(lang, noun)}
    simulated = word(lang, "running_simulated") if facts.study.get("simulated") else ""
    items = "\n".join(
        f"<li>{_text(facts.level(cluster, community))} "
        + " ".join(f'<a href="{_text(name)}">{form.upper()}</a>' for form, name in made.items())
        + "</li>"
        for community, made in sheets.items()
    )
    page = _PAGE.format(
        lang="zh-Hans" if lang == "zh" else "en",
        title=_text(word(lang, "sheet_index_title", **names)),
        study=_text(facts.text(facts.study["title"])),
        lead=_text(word(lang, "sheet_index_lead", **names)),
        note=f'<p class="note">{_text(simulated)}</p>\n' if simulated else "",
        items=items,
    )
    file.write_text(page, encoding="utf-8", newline="\n")
    return file


def _text(text: str) -> str:
    return html_text(unmarked(text))


_PAGE: Final = """<!DOCTYPE html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ font-family: "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", Arial, sans-serif; color: #1d2a30;
  background: #fff; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; line-height: 1.7; }}
h1 {{ color: #17565c; font-weight: 400; }}
.note {{ display: inline-block; border: 1px solid #a9491f; color: #a9491f; padding: 0.2rem 0.7rem; }}
ul {{ columns: 16rem; padding-left: 1.2rem; }}
a {{ color: #17565c; margin-left: 0.4em; }}
@media (prefers-color-scheme: dark) {{
  body {{ background: #161d20; color: #d9e1e2; }} h1, a {{ color: #86c5c8; }} .note {{ color: #eba27c; }}
}}
</style>
</head>
<body>
<main>
<h1>{title}</h1>
<p>{study}</p>
{note}<p>{lead}</p>
<ul>
{items}
</ul>
</main>
</body>
</html>
"""
