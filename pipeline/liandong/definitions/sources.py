"""The data files of a study: what study.yaml says of them, and what loading makes of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import Field as Key
from pydantic import model_validator

from liandong.definitions.text import Definition


class Origin(Definition):
    """The field that says which of several files a row comes from, and its value for each file in their order."""

    field: str
    values: tuple[str | int, ...] = Key(min_length=1)


class SourceSpec(Definition):
    """One table of data: a file by its path alone, or one or several files with how to read them.

    Several files of one table (waves, districts) are put below one another. ``sheet`` is of a workbook, ``encoding`` of
    a text or an SPSS or Stata file, ``catalogue`` the SAS format catalogue (.sas7bcat) that holds the value labels.
    """

    files: tuple[str, ...] = Key(min_length=1)
    sheet: str | None = None
    encoding: str | None = None
    catalogue: str | None = None
    origin: Origin | None = None

    @model_validator(mode="before")
    @classmethod
    def _short_forms(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {"files": [value]}
        if isinstance(value, dict) and "file" in value and "files" not in value:
            rest = {key: entry for key, entry in value.items() if key != "file"}
            return {**rest, "files": [value["file"]]}
        return value


@dataclass(frozen=True, slots=True)
class DataSource:
    """The files of one table, found below the study's folder; they need not exist yet.

    Attributes
    ----------
    paths
        At least one, in the order of study.yaml.
    sheet, encoding, catalogue, origin
        As in :class:`SourceSpec`.
    """

    paths: tuple[Path, ...]
    sheet: str | None = None
    encoding: str | None = None
    catalogue: Path | None = None
    origin: Origin | None = None

    @property
    def exists(self) -> bool:
        """Whether every file is there."""
        return all(path.is_file() for path in self.files)

    @property
    def files(self) -> tuple[Path, ...]:
        """Every file that is read, the catalogue included."""
        return self.paths if self.catalogue is None else (*self.paths, self.catalogue)
