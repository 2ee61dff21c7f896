"""What the project, the folder and the page ask of a format, merged as Quarto merges them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from liandong.errors import RenderError
from liandong.render.dialect import (
    CELL_OPTIONS,
    CELL_SWITCHES,
    CROSSREF,
    FORMAT_OPTIONS,
    METADATA,
    MOVING_DATES,
    PROJECT_ONLY,
    QUARTO_FORMATS,
    Format,
)
from liandong.render.source import Page, read_yaml


@dataclass(frozen=True, slots=True)
class Settings:
    """The merged YAML of one page."""

    values: Mapping[str, Any]

    @property
    def execute(self) -> Mapping[str, Any]:
        """Return the cell options that hold for all cells."""
        return _mapping(self.values.get("execute"))

    @property
    def filters(self) -> tuple[str, ...]:
        """Return the Lua filters that the project names, as paths from its root; those ``at: pre-ast`` come first.

        Those at a later stage mend what Quarto leaves undone, and are for Quarto alone.
        """
        named = self.values.get("filters") or ()
        first = [entry["path"] for entry in named if isinstance(entry, Mapping) and entry.get("at") == "pre-ast"]
        return (*first, *(entry for entry in named if isinstance(entry, str)))

    def of(self, form: Format) -> dict[str, Any]:
        """Return the metadata of one format: its own options over those of the page."""
        general = {key: value for key, value in self.values.items() if key not in {"format", "execute", *PROJECT_ONLY}}
        return _merged(general, _mapping(_mapping(self.values.get("format")).get(QUARTO_FORMATS[form])))


def page_settings(project: Path, page: Page) -> Settings:
    """Merge `_quarto.yml`, the `_metadata.yml` of the page's folders and the page's front matter.

    Raises
    ------
    RenderError
        When one of them has a key beyond the list, which the embedded renderer would pass over in silence.
    """
    merged: dict[str, Any] = {}
    for name, values in _layers(project, page):
        try:
            _check(values, project_file=name == "_quarto.yml")
        except _UnknownError as unknown:
            raise _with_line(project, name, unknown) from None
        merged = _merged(merged, values)
    return Settings(merged)


def _layers(project: Path, page: Page) -> Iterator[tuple[str, Mapping[str, Any]]]:
    folder = Path(page.source).parent
    names = ["_quarto.yml", *(f"{part.as_posix()}/_metadata.yml" for part in (*reversed(folder.parents), folder))]
    for name in names:
        name = name.removeprefix("./")  # noqa: PLW2901
        if (project / name).is_file():
            yield name, read_yaml((project / name).read_text(encoding="utf-8"), name)
    yield page.source, page.front


class _UnknownError(Exception):
    """A key that cannot be had, or has a value that cannot, before it is known on which line it stands."""

    def __init__(self, key: str, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.key, self.message, self.hint = key, message, hint


def _with_line(project: Path, name: str, unknown: _UnknownError) -> RenderError:
    pattern = re.compile(rf"(^|[\s{{,\"']){re.escape(unknown.key)}[\"']?\s*:")
    text = (project / name).read_text(encoding="utf-8-sig")
    found = next((number for number, line in enumerate(text.splitlines(), start=1) if pattern.search(line)), None)
    return RenderError(unknown.message, where=f"{name}:{found}" if found else name, hint=unknown.hint)


def _check(values: Mapping[str, Any], *, project_file: bool) -> None:
    known = {*METADATA, *(PROJECT_ONLY if project_file else ())}
    _require_known(values, known, "option")
    execute = _mapping(values.get("execute"))
    _require_known(execute, {*CELL_OPTIONS, "daemon"}, "execute option")
    for key in CELL_SWITCHES:
        if not isinstance(execute.get(key, True), bool):
            raise _UnknownError(key, f"{key} is true or false")
    _require_known(_mapping(values.get("crossref")), set(CROSSREF), "crossref option")
    formats = _mapping(values.get("format"))
    _require_known(formats, set(FORMAT_OPTIONS), "format")
    for form, options in formats.items():
        _require_known(_mapping(options), set(FORMAT_OPTIONS[form]), f"option of format {form}")
    _check_values(values)


def _check_values(values: Mapping[str, Any]) -> None:
    if str(values.get("date", "")).strip() in MOVING_DATES:
        raise _UnknownError(
            "date", f"date: {values['date']} would give another document every day", "write the date itself"
        )
    authors = values.get("author", "")
    if not all(isinstance(author, str) for author in (authors if isinstance(authors, list) else [authors])):
        raise _UnknownError("author", "author is a name or a list of names", "without keys such as name or affiliation")
    lang = values.get("lang", "en")
    if lang != "zh-Hans" and not str(lang).startswith("en"):
        raise _UnknownError("lang", f"lang: {lang} is not supported", "write zh-Hans or en")


def _require_known(values: Mapping[str, Any], known: set[str], what: str) -> None:
    for key in values:
        if key not in known:
            supported = f"supported: {', '.join(sorted(known))}; a value of your own goes under `liandong:`"
            raise _UnknownError(str(key), f"{what} {key!r} is not supported", supported)


def _merged(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    result = dict(under)
    for key, value in over.items():
        both = isinstance(value, Mapping) and isinstance(result.get(key), Mapping)
        result[key] = _merged(result[key], value) if both else value
    return result


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
