"""A draft as study.yaml."""

from __future__ import annotations

from collections.abc import Sequence

from liandong.scaffold.draft import Draft, DraftOrigin, DraftReading
from liandong.scaffold.write_measures import closed_fields
from liandong.scaffold.yaml_text import entry, one_line

_OBSERVATIONAL = "guess: no data file tells; or randomised"


def study_yaml(draft: Draft) -> str:
    """Return the content of study.yaml."""
    undecided = set(draft.undecided)
    title = {"zh": draft.title.zh or draft.title.en or draft.id, "en": draft.title.en or draft.id}
    lines = [
        f"# A draft, taken from {one_line(draft.source)}.",
        "#",
        "# `undecided`, at the end, names the keys that are guesses; the fields have lists of their own in",
        "# instrument/codebook.yaml. Decide, take the key out of the list, and run `liandong check` again.",
        *entry("id", draft.id, 0),
        *entry("title", title, 0, "guess" if "title" in undecided else ""),
        "simulated: false",
        "instrument: instrument",
        *_data(draft),
        "",
        *_design(draft, undecided),
        *_quality(draft, undecided),
        "# No data file says what is to be compared. An effect looks like this (docs/study.md explains every key):",
        *_example(draft),
        "report: {languages: [zh, en], formats: [html, pdf, docx]}",
        *entry("undecided", list(draft.undecided), 0),
    ]
    return "\n".join(lines) + "\n"


def _data(draft: Draft) -> list[str]:
    tables = [table for table in draft.tables if table.files]
    if not draft.files and not tables:
        return ["# data: {responses: data/FILE}   as soon as there are data"]
    lines = ["data:"]
    if draft.files:
        lines += _source("responses", draft.files, draft.reading, draft.origin)
    for table in tables:
        lines += _source(table.resource, table.files, table.reading)
    return lines


def _source(name: str, files: Sequence[str], reading: DraftReading, origin: DraftOrigin | None = None) -> list[str]:
    """Return an entry of `data`: the path alone where nothing else is to be said."""
    how = {"sheet": reading.sheet, "encoding": reading.encoding, "catalogue": reading.catalogue}
    if len(files) == 1 and not any(how.values()):
        return entry(name, files[0], 2)
    lines = [f"  {name}:"]
    lines += entry("file", files[0], 4) if len(files) == 1 else entry("files", list(files), 4)
    for key, value in how.items():
        lines += entry(key, value, 4) if value else []
    if origin is not None:
        lines += entry("origin", {"field": origin.field, "values": list(origin.values)}, 4)
    return lines


def _design(draft: Draft, undecided: set[str]) -> list[str]:
    design = draft.design
    lines = ["design:"]
    for key, value in (("cluster", design.cluster), ("weight", design.weight), ("strata", design.strata)):
        lines += entry(key, value, 2, "guess" if f"design.{key}" in undecided else "")
    return [*lines, *entry("assignment", {"kind": "observational"}, 2, _OBSERVATIONAL), ""]


def _quality(draft: Draft, undecided: set[str]) -> list[str]:
    quality = draft.design.quality
    if not quality:
        return []
    lines = ["quality:"]
    for key, value in quality.items():
        lines += entry(key, value, 2, "guess" if f"quality.{key}" in undecided else "")
    return [*lines, ""]


def _example(draft: Draft) -> list[str]:
    """Return a commented effect in the study's own fields, as far as they go."""
    closed = [one.name for one in closed_fields(draft.fields)]
    outcome = draft.scales[0].id if draft.scales else (closed[-1] if closed else "outcome")
    others = [name for name in closed if name != outcome]
    treatment = next((one.name for one in closed_fields(draft.fields) if len(one.enum) == 2), "treatment")  # noqa: PLR2004
    controls = [name for name in others if name != treatment][:2]
    cluster = draft.design.cluster
    lines = [
        "analysis:",
        "  effects:",
        "    - id: first",
        "      title: {zh: …, en: …}",
        "      role: primary",
        *entry("outcomes", [outcome], 6),
        *entry("treatment", treatment, 6),
        *([*entry("absorb", [cluster], 6), *entry("cluster", [cluster], 6)] if cluster else []),
        "      steps:",
        "        - {name: M1, add: []}",
        *([f"        - {{name: M2, add: [{', '.join(controls)}]}}"] if controls else []),
    ]
    return [*comments_of(lines), ""]


def comments_of(lines: list[str]) -> list[str]:
    """Return the lines behind comment signs, their indent kept."""
    return [f"# {line}" for line in lines]
