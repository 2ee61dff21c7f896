"""What a page prints first: metadata of title block and running head, switches of sections, style, the notice."""

from __future__ import annotations

import polars as pl

from liandong.present.charts_indicators import binned
from liandong.present.escaping import html_text
from liandong.present.facts import Facts
from liandong.present.house import house_css, letterhead, title_block
from liandong.present.html_table import table_style
from liandong.present.markdown import Prose, callout, metadata_block
from liandong.present.phrases_verdict import early_cautions, has_verdicts
from liandong.present.provenance import sources_block
from liandong.present.roles import headline_effects
from liandong.present.sections import FURTHER, ROBUSTNESS, SECTIONS, has_section
from liandong.present.tables_appendix import key_table
from liandong.present.tables_indicators import GROUPS, group_rows, has_both
from liandong.present.tables_sample import broken_rules, has_missing
from liandong.present.words import word

_TABLES = ("indicators", "scales", "items", "design", "crosscheck")
_FURTHER = {"service", "participation", "needs", "relations", "outcomes"}  # compared in the appendix


def opening(facts: Facts, folder: str, title: str | None = None, *, with_notice: bool = True) -> Prose:
    """Return metadata block, style of the tables, letterhead, the notice, and for simulated data a banner.

    The running note stands on every page of PDF and Word; the banner stays in view in HTML. `folder` is the bundle's,
    as the page sees it; `title` stands in place of the study's, which becomes the subtitle.
    """
    style = f"<style>\n{table_style()}{house_css(facts)}</style>"
    raw = f"\n```{{=html}}\n{style}\n{sources_block(facts)}\n{_banner(facts)}```\n"
    metadata = metadata_block({**title_block(facts, folder, title), **sections(facts)})
    return Prose(metadata + raw + letterhead(facts, folder) + (notice(facts) if with_notice else ""))


def sections(facts: Facts) -> dict[str, bool]:
    """Return the switches of conditional sections: ``has-…`` for what the bundle holds, and the kinds of assignment."""
    kinds = {facts.assignment(effect)["kind"] for effect in facts.effects}
    groups = {name: group_rows(facts, name) for name in GROUPS}
    held = {f"has-{name}": bool(rows) for name, rows in groups.items()}
    compared = set(facts.tables["indicators"].filter(pl.col("subgroup") != "")["group"])
    subgroups = {f"has-{name}-subgroups": name in compared for name in GROUPS}
    further = {name: has_section(facts, name) for name in SECTIONS}
    tables = {f"has-{name}": facts.tables[name].height > 0 for name in _TABLES}
    return {
        **held,
        **subgroups,
        **tables,
        "has-further-subgroups": bool(compared & _FURTHER),
        "has-needs-or-wellbeing": bool(groups["needs"] or groups["wellbeing"]),
        "has-both-denominators": has_both(groups["wellbeing"]),
        "has-broken-rules": bool(broken_rules(facts)),
        "has-missing": has_missing(facts),
        "has-effects": bool(facts.effects),
        "has-verdicts": has_verdicts(facts),
        "has-caution": any(early_cautions(facts, effect) for effect in headline_effects(facts)),
        **{f"has-{name}": own for name, own in further.items()},
        "has-robustness": any(further[name] for name in ROBUSTNESS),
        "has-further": any(further[name] for name in FURTHER),
        "has-definitions": tables["has-indicators"] or tables["has-scales"],
        "has-key": bool(key_table(facts).rows),
        "has-distributions": bool(binned(facts)),
        "has-flow": bool(facts.rows("sample_flow", stage="accepted")),
        "has-results": bool(facts.effects or groups["relations"] or groups["outcomes"] or tables["has-scales"]),
        "has-programme": bool(facts.text((facts.study.get("report") or {}).get("programme"))),
        "has-signatures": bool((facts.study.get("report") or {}).get("signatures")),
        "has-sources": bool((facts.study.get("report") or {}).get("sources")),
        "has-simulated": bool(facts.study.get("simulated")),
        "has-observational": "observational" in kinds,
        "has-randomised": "randomised" in kinds,
    }


def _banner(facts: Facts) -> str:
    if not facts.study.get("simulated"):
        return ""
    return f'<div class="ld-notice" role="note">{html_text(word(facts.lang, "running_simulated"))}</div>\n'


def notice(facts: Facts) -> Prose:
    """Return the study's own notice as a callout; of simulated data there always is one."""
    own = facts.text(facts.study.get("notice"))
    if facts.study.get("simulated"):
        text = own or word(facts.lang, "notice_default")
        return callout("important", word(facts.lang, "notice_title"), text)
    return callout("note", word(facts.lang, "remark_title"), own) if own else Prose("")
