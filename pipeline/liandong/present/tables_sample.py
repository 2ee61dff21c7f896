"""Tables of the survey: at a glance, sample flow, broken rules, missing answers."""

from __future__ import annotations

from collections.abc import Iterator

from liandong.present.binding import ratio
from liandong.present.escaping import typeset
from liandong.present.facts import Facts
from liandong.present.facts import Row as Record
from liandong.present.numbers import NOT_APPLICABLE, count, percent
from liandong.present.table import Align, Row, Table, aligned, group, heads
from liandong.present.tables_indicators import hidden, notes_of, people
from liandong.present.words import joined, known, word

NON_RESPONSE = ("dont_know", "refused", "user_missing", "blanked", "system_missing")
"""Kinds of missing answers that somebody who was asked has left."""
_KINDS = ("answered", "not_asked", "not_applicable", *NON_RESPONSE)
_MOST_FIELDS = 12
_MOST_NAMES = 4
_COMMA = {"zh": "、", "en": ", "}


def survey_table(facts: Facts) -> Table:
    """Return the survey at a glance: what the study's definition says of programme, sampling and design."""
    lang = facts.lang
    rows = [Row((word(lang, f"aspect_{aspect}"), text)) for aspect, text in _aspects(facts) if text]
    header = heads(word(lang, "aspect"), word(lang, "account"))
    notes = (word(lang, "note", text=word(lang, "note_survey")),)
    return Table("survey", word(lang, "caption_survey"), ("left", "left"), (header,), tuple(rows), notes)


def response_rate(facts: Facts) -> float | None:
    """Return accepted questionnaires per person invited, None when nobody counted the invitations."""
    invited = (facts.study.get("sampling") or {}).get("invited")
    return ratio(facts.manifest["rows"]["accepted"], invited) if invited else None


def flow_table(facts: Facts) -> Table:
    """Return the sample flow: the questionnaires, then each model's sample."""
    lang = facts.lang
    cluster = facts.cluster()
    rows = [group(word(lang, "survey")), *_general(facts)]
    for effect in facts.effects:
        for outcome in effect["outcomes"]:
            stages = [
                s for s in facts.rows("sample_flow", effect=effect["id"], outcome=outcome) if s["stage"] != "accepted"
            ]
            if stages:
                rows.append(group(f"{facts.title(effect['treatment'])} → {facts.title(outcome)}"))
                rows += [
                    _stage(facts, stage)
                    for stage in stages
                    if stage["stage"] != "without_singletons" or stage["detail"]
                ]
    columns: tuple[Align, ...] = ("left", "decimal", "decimal", "left")
    clusters = word(lang, "clusters_of", cluster=cluster) if cluster else word(lang, "clusters")
    header = heads(word(lang, "stage"), word(lang, "rows"), clusters, word(lang, "what_left"))
    notes = (word(lang, "note", text=word(lang, "note_flow")),)
    return Table("flow", word(lang, "caption_flow"), columns, (header,), tuple(rows), notes)


def broken_rules(facts: Facts) -> list[Record]:
    """Return the rules that were broken; where the number of failures is hidden there are some."""
    return [row for row in facts.rows("validation") if row["n_failed"] is None or row["n_failed"]]


def validation_table(facts: Facts) -> Table:
    """Return the rules that were broken."""
    lang, broken = facts.lang, broken_rules(facts)
    rows = [
        Row(
            (
                typeset(row[f"title_{lang}"], lang),
                word(lang, f"action_{row['action']}"),
                *(
                    hidden(facts) if row[number] is None else count(row[number])
                    for number in ("n_checked", "n_failed", "n_rows_rejected")
                ),
            )
        )
        for row in broken
    ]
    columns: tuple[Align, ...] = ("left", "left", "decimal", "decimal", "decimal")
    header = heads(*(word(lang, name) for name in ("rule", "action", "checked", "failed", "rejected")))
    note = word(
        lang,
        "note_validation",
        rules=count(facts.tables["validation"].height),
        received=count(facts.manifest["rows"]["received"]),
    )
    notes = notes_of(facts, note, broken)
    return Table("validation", word(lang, "caption_validation"), columns, (header,), tuple(rows), notes)


def missing_table(facts: Facts) -> Table:
    """Return the questions with most non-response, with the count of every kind of missing."""
    lang = facts.lang
    by_field, ranked = _by_field(facts), most_missing(facts)
    shown = ranked[:_MOST_FIELDS]
    kinds = [*_KINDS, *dict.fromkeys(k for f in shown for k in by_field[f] if k not in _KINDS)]
    kinds = [kind for kind in kinds if any(kind in by_field[field] for field in shown)]
    rows = [
        Row((facts.title(field), *(_missing(facts, by_field[field].get(kind)) for kind in kinds))) for field in shown
    ]
    columns = aligned("left", "decimal", len(kinds))
    header = heads(word(lang, "field"), *(_kind(facts, kind) for kind in kinds))
    records = [record for field in shown for record in by_field[field].values()]
    rest = len(ranked) - len(shown) + len(hidden_missing(facts))
    note = word(
        lang,
        "note_missing" if rest else "note_missing_all",
        rows=count(max((record["n_rows"] for record in records), default=0)),
        shown=count(len(shown)),
        rest=count(rest),
    )
    return Table(
        "missing", word(lang, "caption_missing"), columns, (header,), tuple(rows), notes_of(facts, note, records)
    )


def most_missing(facts: Facts) -> list[str]:
    """Return the fields with non-response, most of it first."""
    by_field = _by_field(facts)
    lacking = {field: sum(kinds[k]["n"] or 0 for k in NON_RESPONSE if k in kinds) for field, kinds in by_field.items()}
    return sorted((field for field in by_field if lacking[field]), key=lambda field: -lacking[field])


def hidden_missing(facts: Facts) -> list[str]:
    """Return the fields whose non-response is known, but hidden by the disclosure rules in whole."""
    shown = set(most_missing(facts))
    return [
        field
        for field, kinds in _by_field(facts).items()
        if field not in shown and any(kinds[kind]["suppressed"] for kind in NON_RESPONSE if kind in kinds)
    ]


def has_missing(facts: Facts) -> bool:
    """Whether any question has non-response to show."""
    return bool(most_missing(facts))


def _by_field(facts: Facts) -> dict[str, dict[str, Record]]:
    by_field: dict[str, dict[str, Record]] = {}
    for row in facts.rows("missingness"):
        by_field.setdefault(row["field"], {})[row["kind"]] = row
    return by_field


def _aspects(facts: Facts) -> Iterator[tuple[str, str]]:
    lang, study = facts.lang, facts.study
    sampling, instrument = study.get("sampling") or {}, study.get("instrument")
    yield "frame", facts.text(sampling.get("frame"))
    yield "method", facts.text(sampling.get("method"))
    yield "period", facts.text(sampling.get("period"))
    rate = response_rate(facts)
    if rate is not None:
        numbers = {name: count(facts.manifest["rows"][name]) for name in ("received", "accepted")}
        yield "response", word(lang, "response", invited=count(sampling["invited"]), rate=percent(rate), **numbers)
    if instrument:
        title, version = facts.text(instrument["title"]), str(instrument["version"])
        yield "instrument", word(lang, "instrument", title=title, version=version, fields=count(instrument["fields"]))
    if facts.cluster():
        found = [row["clusters"] for row in _overall(facts) if row["stage"] == "accepted" and row["clusters"]]
        known = found or [row["n_clusters"] for row in facts.rows("design") if row["n_clusters"]]
        text = (
            word(lang, "cluster_count", cluster=facts.cluster(), count=count(max(known))) if known else facts.cluster()
        )
        yield "cluster", text
    assignment = facts.assignment()
    own = facts.text(assignment.get("note"))
    yield "assignment", (f"{word(lang, 'assigned_' + assignment['kind'])}" + _after(facts, own))
    if study.get("weight"):
        yield "weight", facts.title(study["weight"])


def _after(facts: Facts, text: str) -> str:
    return "" if not text else f"；{text}" if facts.lang == "zh" else f". {text}"


def _overall(facts: Facts) -> list[Record]:
    return facts.rows("sample_flow", effect="")


def _general(facts: Facts) -> list[Row]:
    """Return the stages before any model; without them in the table, the manifest's account of rows."""
    stages = _overall(facts)
    if stages:
        return [_stage(facts, stage) for stage in stages]
    rows = facts.manifest["rows"]
    return [
        Row((word(facts.lang, f"stage_{name}"), count(rows[name]), NOT_APPLICABLE, ""), indent=1)
        for name in ("received", "rejected", "accepted")
    ]


def _stage(facts: Facts, stage: Record) -> Row:
    key = f"stage_{stage['stage']}"
    name = word(facts.lang, key) if known(key) else stage["stage"]
    clusters = count(stage["clusters"])
    return Row((name, people(facts, stage["rows"]), clusters, _detail(facts, stage)), indent=1)


def _detail(facts: Facts, stage: Record) -> str:
    """Return the account of a stage in words; one that is not a list of names and numbers stays as it is."""
    lang, parts = facts.lang, [part for part in stage["detail"].split(";") if part]
    if not parts:
        return ""
    if stage["stage"] == "complete_cases":
        names = [facts.title(name) for name in stage["detail"].split("+")]
        key = "lost_to" if len(names) <= _MOST_NAMES else "lost_to_more"
        listed = joined(lang, names) if len(names) <= _MOST_NAMES else _COMMA[lang].join(names[:_MOST_NAMES])
        return word(lang, key, list=listed, count=count(len(names)))
    if stage["stage"] == "without_singletons":
        named = [
            f"{facts.title(effect)}{'：' if lang == 'zh' else ':'}{rest}"
            for effect, _, rest in (p.partition(":") for p in parts)
        ]
        return word(lang, "lost_groups", list=joined(lang, named))
    if stage["stage"] == "positive_weight":
        return facts.title(stage["detail"].partition("=")[2])
    return str(stage["detail"])


def _missing(facts: Facts, record: Record | None) -> str:
    if record is None:
        return "0"
    return hidden(facts) if record["suppressed"] else count(record["n"])


def _kind(facts: Facts, kind: str) -> str:
    return word(facts.lang, f"missing_{kind}") if known(f"missing_{kind}") else kind
