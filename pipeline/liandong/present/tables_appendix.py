"""Tables of the appendix, and the key figures of the summary."""

from __future__ import annotations

from liandong.present.detectable import is_proportion, scale_of
from liandong.present.expressions import readable
from liandong.present.facts import Facts, believed_row, fullest_row
from liandong.present.facts import Row as Record
from liandong.present.numbers import (
    NOT_APPLICABLE,
    count,
    decimals_for,
    fixed,
    hundredths,
    interval,
    p_value,
    percent_interval,
    scientific,
)
from liandong.present.phrases_verdict import cannot_carry
from liandong.present.table import Align, Row, Table, group, heads
from liandong.present.tables_indicators import (
    GROUPS,
    group_rows,
    group_title,
    interval_text,
    notes_of,
    people,
    value_text,
)
from liandong.present.words import coded, joined, known, sentences, word

_HASH_DIGITS = 16
_HIGHEST = 2  # indicators of a group among the key figures


def key_table(facts: Facts) -> Table:
    """Return the key figures: highest and lowest coverage, most frequent improvement, the fullest models."""
    lang = facts.lang
    effects = [effect for effect in facts.effects if effect["role"] == "primary"]
    judged = any(facts.verdict(effect["id"], outcome) for effect in effects for outcome in effect["outcomes"])
    no_test = (NOT_APPLICABLE,) * judged
    rows = [
        Row((title, _with_unit(r), _percent_bounds(r), *no_test, people(facts, r["denominator_n"])))
        for title, r in _key_indicators(facts)
    ]
    rows += [_key_effect(facts, effect, outcome, judged=judged) for effect in effects for outcome in effect["outcomes"]]
    test: tuple[Align, ...] = ("decimal",) if judged else ()
    columns: tuple[Align, ...] = ("left", "center", "center", *test, "decimal")
    header = heads(*(word(lang, name) for name in ("quantity", "estimate", "interval", *(("p",) * judged), "base")))
    hidden = any(withheld(facts, name) for name in ("coverage", "participation", "wellbeing"))
    said = [word(lang, "note_key"), *([word(lang, "note_key_hidden")] if hidden else [])]
    said += _key_note(facts, effects) if judged else []
    note = sentences(lang, said)
    notes = notes_of(facts, note, [])
    return Table("key", word(lang, "caption_key"), columns, (header,), tuple(rows), notes)


def ranked(facts: Facts, name: str, universe: str = "all") -> list[Record]:
    """Return the shares of a group over the whole sample that are shown, the largest first."""
    rows = [
        row
        for row in group_rows(facts, name)
        if row["kind"] == "share" and row["universe"] == universe and row["estimate"] is not None
        and not facts.indicator(row["indicator"]).get("universe")
    ]  # fmt: skip
    return sorted(rows, key=lambda row: -row["estimate"])


def withheld(facts: Facts, name: str, universe: str = "all") -> bool:
    """Whether any share that :func:`ranked` would order is hidden, so that the first need not be the highest."""
    return any(
        row["estimate"] is None and row["kind"] == "share" and row["universe"] == universe
        and not facts.indicator(row["indicator"]).get("universe")
        for row in group_rows(facts, name)
    )  # fmt: skip


def among(facts: Facts, name: str, universe: str = "all") -> str:
    """Return how a superlative over a group begins: where any share is hidden, it holds among the published alone."""
    return word(facts.lang, "among_published" if withheld(facts, name, universe) else "among_all")


def indicator_definitions(facts: Facts) -> Table:
    """Return numerator, universe and need of every indicator, group by group, with numbered sources in the note."""
    lang = facts.lang
    rows: list[Row] = []
    sources: dict[str, int] = {}
    for name in GROUPS:
        found = dict.fromkeys(row["indicator"] for row in facts.rows("indicators", group=name))
        if found:
            rows.append(group(group_title(facts, name)))
        for indicator in found:
            source = facts.labels.get(("indicator", indicator, ""), ("", ""))[1]
            number = sources.setdefault(source, len(sources) + 1) if source else 0
            mark = f"[{number}]" if number else NOT_APPLICABLE
            rows.append(Row((facts.title(indicator), _definition(facts, indicator), mark), indent=1))
    header = heads(*(word(lang, name) for name in ("indicator", "definition", "source")))
    listed = " ".join(f"[{number}] {source}" for source, number in sources.items()) or NOT_APPLICABLE
    notes = (word(lang, "note", text=word(lang, "note_definitions", sources=listed)),)
    columns: tuple[Align, ...] = ("left", "left", "center")
    return Table("indicators", word(lang, "caption_indicators"), columns, (header,), tuple(rows), notes)


def scale_definitions(facts: Facts) -> Table:
    """Return how every scale is scored, and where it comes from."""
    lang = facts.lang
    rows = []
    for row in facts.rows("scales"):
        text, source = facts.labels.get(("scale_definition", row["scale"], ""), (NOT_APPLICABLE, NOT_APPLICABLE))
        rows.append(Row((facts.title(row["scale"]), text, source)))
    header = heads(*(word(lang, name) for name in ("scale", "definition", "source")))
    columns: tuple[Align, ...] = ("left", "left", "left")
    notes = (word(lang, "note", text=word(lang, "note_scale_definitions")),)
    return Table("scale-definitions", word(lang, "caption_scale_definitions"), columns, (header,), tuple(rows), notes)


def crosscheck_table(facts: Facts) -> Table:
    """Return how far the second estimate by other software lies from the first."""
    lang = facts.lang
    rows: list[Row] = []
    effects = {effect["id"]: effect for effect in facts.effects}
    for effect, outcome in dict.fromkeys((row["effect"], row["outcome"]) for row in facts.rows("crosscheck")):
        treatment = facts.title(effects[effect]["treatment"]) if effect in effects else effect
        rows.append(group(f"{treatment} → {facts.title(outcome)}"))
        rows += [
            Row(
                (
                    row["step"],
                    row["engine"],
                    people(facts, row["n_obs"]),
                    count(row["n_terms"]),
                    scientific(row["max_difference_estimate"]),
                    scientific(row["max_difference_std_error"]),
                    word(lang, "yes") if row["agrees"] else word(lang, "no"),
                ),
                indent=1,
            )
            for row in facts.rows("crosscheck", effect=effect, outcome=outcome)
        ]
    names = ("model", "engine", "n_obs", "terms", "gap_estimate", "gap_std_error", "agrees")
    columns: tuple[Align, ...] = ("left", "left", "decimal", "decimal", "center", "center", "center")
    header = heads(*(word(lang, name) for name in names))
    notes = (word(lang, "note", text=word(lang, "note_crosscheck")),)
    caption = word(lang, "caption_crosscheck")
    return Table("crosscheck", caption, columns, (header,), tuple(rows), notes, sortable=True)


def version_table(facts: Facts) -> Table:
    """Return the versions of all software and the hashes of data and definitions."""
    lang, manifest = facts.lang, facts.manifest
    rows = [group(word(lang, "component"))]
    rows += [Row((name, str(version)), indent=1) for name, version in manifest.get("versions", {}).items()]
    for key in ("inputs", "definitions"):
        files = manifest.get(key, {})
        if files:
            rows.append(group(word(lang, key)))
            rows += [Row((name, digest[:_HASH_DIGITS]), indent=1) for name, digest in files.items()]
    header = heads("", f"{word(lang, 'version')} / {word(lang, 'hash')}")
    notes = (word(lang, "note", text=word(lang, "note_versions")),)
    caption = word(lang, "caption_versions")
    return Table("versions", caption, ("left", "left"), (header,), tuple(rows), notes, sortable=True)


def _key_indicators(facts: Facts) -> list[tuple[str, Record]]:
    coverage = ranked(facts, "coverage")
    chosen = [
        (facts.title(row["indicator"]), row)
        for row in (coverage if len(coverage) <= _HIGHEST else coverage[:1] + coverage[-1:])
    ]
    for name in ("participation", "wellbeing"):
        top = ranked(facts, name)[:1]
        need = [row for row in ranked(facts, name, "in_need") if top and row["indicator"] == top[0]["indicator"]]
        key = "key_all" if need else ""
        chosen += [
            (word(facts.lang, key, title=facts.title(r["indicator"])) if key else facts.title(r["indicator"]), r)
            for r in top
        ]
        chosen += [(word(facts.lang, "key_need", title=facts.title(row["indicator"])), row) for row in need]
    return chosen


def _with_unit(row: Record) -> str:
    return value_text(row) if row["kind"] == "mean" else f"{value_text(row)}%"


def _percent_bounds(row: Record) -> str:
    text = interval_text(row)
    return text if row["kind"] == "mean" else text.replace(",", "%,").replace("]", "%]")


def _key_effect(facts: Facts, effect: Record, outcome: str, *, judged: bool) -> Row:
    row, usual = believed_row(facts, effect["id"], outcome), fullest_row(facts, effect["id"], outcome)
    randomised = facts.assignment(effect)["kind"] == "randomised"
    step = row["step"]
    if judged:
        step = word(facts.lang, "step_method", step=step, method=coded(facts.lang, "method", row["vcov"]))
    scale = {} if is_proportion(facts, effect, outcome) else scale_of(facts, effect, outcome)
    if scale:
        step = word(facts.lang, "step_scale", step=step, **scale)
    if cannot_carry(facts, effect, outcome):
        step = word(facts.lang, "step_cannot", step=step)
    title = word(
        facts.lang,
        "key_effect_randomised" if randomised else "key_effect",
        treatment=facts.title(effect["treatment"]),
        outcome=facts.title(outcome),
        step=step,
    )
    decimals = decimals_for(row["std_error"], usual["std_error"])
    value, bounds = fixed(row["estimate"], decimals), interval(row["conf_low"], row["conf_high"], decimals)
    if is_proportion(facts, effect, outcome) and row["estimate"] is not None:
        value = word(facts.lang, "first_points", value=hundredths(row["estimate"]))
        bounds = percent_interval(row["conf_low"], row["conf_high"])
    test = (p_value(row["p_value"]),) * judged
    return Row((title, value, bounds, *test, people(facts, row["n_obs"])))


def _key_note(facts: Facts, effects: list[Record]) -> list[str]:
    """Return what stands in parentheses in the rows of comparisons, explained for who reads no further."""
    lang = facts.lang
    rows = [believed_row(facts, effect["id"], outcome) for effect in effects for outcome in effect["outcomes"]]
    known_codes = [code for code in dict.fromkeys(row["vcov"] for row in rows) if known(f"explained_{code}")]
    explained = [
        word(lang, "explained", method=coded(lang, "method", code), text=word(lang, f"explained_{code}"))
        for code in known_codes
    ]
    steps = joined(lang, [*dict.fromkeys(row["step"] for row in rows)])
    stuck = any(cannot_carry(facts, effect, outcome) for effect in effects for outcome in effect["outcomes"])
    judged = word(lang, "note_key_judged", cannot=word(lang, "note_key_cannot") if stuck else "")
    return [judged, "".join(explained) + word(lang, "note_key_terms", steps=steps)]


def _definition(facts: Facts, indicator: str) -> str:
    parts = facts.indicator(indicator)
    text = readable(facts, parts.get("numerator") or NOT_APPLICABLE)
    for name in ("universe", "need"):
        if parts.get(name):
            text += word(facts.lang, f"{name}_is", text=readable(facts, str(parts[name])))
    return text
