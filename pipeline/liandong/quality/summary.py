"""From the outcomes of all checks to the tables checks, findings and to_do."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import polars as pl

from liandong.definitions import Study
from liandong.definitions.text import Language
from liandong.evidence import RESTRICTED_TABLES, TABLES
from liandong.quality.catalogue import Check, catalogue, rule_of
from liandong.quality.outcome import Outcome

_LISTED = 2_000
_SEPARATOR = "; "


def checks_table(outcomes: Mapping[str, Outcome], study: Study) -> pl.DataFrame:
    """Return table ``checks``: every check of the catalogue with its counts, or with what it lacks."""
    lines = []
    for name, check in catalogue().items():
        outcome, rule = outcomes[name], rule_of(check, study.spec.quality)
        n, flagged = outcome.n_checked, outcome.n_flagged
        lines.append(
            {
                "check": name,
                "title_zh": check.title.zh,
                "title_en": check.title.en,
                "unit": check.unit,
                "state": outcome.state,
                "lacking": _SEPARATOR.join(outcome.lacking),
                "n_checked": n,
                "n_flagged": flagged,
                "share": flagged / n if n and flagged is not None else None,
                "suppressed": False,
                "rule_zh": rule.zh,
                "rule_en": rule.en,
                "source": check.source,
            }
        )
    return pl.DataFrame(lines, schema=dict(TABLES["checks"].columns))


def findings_table(outcomes: Mapping[str, Outcome], visits: pl.DataFrame) -> pl.DataFrame:
    """Return table ``findings``: of each check the first 2,000 findings, the gravest first."""
    spec = RESTRICTED_TABLES["findings"]
    parts = [
        outcomes[name]
        .findings.head(_LISTED)
        .with_columns(
            check=pl.lit(name),
            severity=pl.lit(check.severity),
            n_total=pl.lit(outcomes[name].findings.height, dtype=pl.Int64),
            number=pl.int_range(1, pl.len() + 1, dtype=pl.Int64),
        )
        for name, check in catalogue().items()
    ]
    places = visits.select("row", "key", "day", own="interviewer", at="community").with_columns(
        pl.col("day").cast(pl.String)
    )
    found = pl.concat(parts).join(places, on="row", how="left", maintain_order="left")
    return found.with_columns(
        interviewer=pl.coalesce("interviewer", "own"), community=pl.coalesce("community", "at")
    ).select(pl.col(name).cast(kind) for name, kind in spec.columns.items())


def to_do(findings: pl.DataFrame, rules: pl.DataFrame, study: Study) -> pl.DataFrame:
    """Return table ``to_do``: of each check the first findings, as many as the study lists, the gravest checks first.

    Parameters
    ----------
    findings
        Table ``findings``.
    rules
        ``rule``, ``title_zh``, ``title_en``: what broken rules are called.
    study
        For the titles of questions and blocks, and ``quality.listed``.
    """
    spec = RESTRICTED_TABLES["to_do"]
    first = findings.filter(pl.col("number") <= study.spec.quality.listed).sort("severity", maintain_order=True)
    namers = {lang: _namer(study, rules, lang) for lang in ("zh", "en")}
    lines = [
        {**line, "order": i, "what_zh": namers["zh"](line), "what_en": namers["en"](line)}
        for i, line in enumerate(first.iter_rows(named=True), start=1)
    ]
    schema = dict(spec.columns)
    return pl.DataFrame([{name: line[name] for name in schema} for line in lines], schema=schema)


def _namer(study: Study, rules: pl.DataFrame, lang: Language) -> Callable[[Mapping[str, Any]], str]:
    titles = dict(rules.select("rule", f"title_{lang}").iter_rows())
    blocks = {block.id: block.title for block in study.spec.quality.blocks}
    checks = catalogue()

    def question(name: str) -> str:
        return blocks[name].in_language(lang) if name in blocks else study.label(name, lang)

    def joined(text: str | None, separators: Sequence[str], say: Callable[[str], str]) -> str:
        parts = (text or "").replace(separators[-1], separators[0]).split(separators[0])
        return ("、" if lang == "zh" else ", ").join(say(part) for part in parts if part)

    def what(line: Mapping[str, Any]) -> str:
        check: Check = checks[line["check"]]
        value = line["value"] or ("（从略）" if lang == "zh" else "(withheld)")
        return check.what.in_language(lang).format(
            field=joined(line["field"], (_SEPARATOR, "+"), question),
            value=value,
            rules=joined(line["value"], (_SEPARATOR,), lambda rule: titles.get(rule, rule)),
            interviewer=line["interviewer"] or "–",
            community=line["community"] or "–",
        )

    return what
