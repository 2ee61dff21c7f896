"""What the project, the folder and the page ask of a format, merged as Quarto merges them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from liandong.errors import RenderError
from liandong.render.dialect import (
    CELL_OPTIONS,
    CROSSREF,
    FORMAT_OPTIONS,
    METADATA,
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
        """Return the Lua filters that the project names, as paths from its root; those ``at: pre-ast`` come first."""
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
        _check(name, values, project_file=name == "_quarto.yml")
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


def _check(name: str, values: Mapping[str, Any], *, project_file: bool) -> None:
    known = {*METADATA, *(PROJECT_ONLY if project_file else ())}
    _require_known(name, values, known, "option")
    _require_known(name, _mapping(values.get("execute")), {*CELL_OPTIONS, "daemon"}, "execute option")
    _require_known(name, _mapping(values.get("crossref")), set(CROSSREF), "crossref option")
    formats = _mapping(values.get("format"))
    _require_known(name, formats, set(FORMAT_OPTIONS), "format")
    for form, options in formats.items():
        _require_known(name, _mapping(options), set(FORMAT_OPTIONS[form]), f"option of format {form}")


def _require_known(name: str, values: Mapping[str, Any], known: set[str], what: str) -> None:
    for key in values:
        if key not in known:
            raise RenderError(
                f"{what} {key!r} is not supported",
                where=name,
                hint=f"supported: {', '.join(sorted(known))}; a value of your own goes under `liandong:`",
            )


def _merged(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    result = dict(under)
    for key, value in over.items():
        both = isinstance(value, Mapping) and isinstance(result.get(key), Mapping)
        result[key] = _merged(result[key], value) if both else value
    return result


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
