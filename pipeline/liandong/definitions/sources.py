"""The data files of a study: what study.yaml says of them, and what loading makes of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from pydantic import Field as Key
from pydantic import model_validator

from liandong.definitions.text import Definition


class Origin(Definition):
    """The field that says which of several files a row comes from, and its value for each file in their order.

    Two files may share a value (both districts of one city).
    """

    field: str
    values: tuple[str | int, ...] = Key(min_length=1)


class SourceSpec(Definition):
    """One table of data: a file by its path alone, or one or several files with how to read them.

    Several files of one table (waves, districts) are put below one another. ``sheet`` is of a workbook, ``encoding`` of
    a text or an SPSS or Stata file, ``catalogue`` the SAS format catalogue (.sas7bcat) that holds the value labels.
    ``origin`` says which file a row is from.
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
        if isinstance(value, list):
            return {"files": value}
        if isinstance(value, dict) and "file" in value:
            if "files" in value:
                raise ValueError("give `file` for one file or `files` for several, not both")
            rest = {key: entry for key, entry in value.items() if key != "file"}
            file = value["file"]
            return {**rest, "files": file if isinstance(file, list) else [file]}
        if isinstance(value, dict) and isinstance(value.get("files"), str):
            return {**value, "files": [value["files"]]}
        return value

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if "" in self.files:
            raise ValueError("a file is named by nothing at all")
        twice = sorted({file for file in self.files if self.files.count(file) > 1})
        if twice:
            raise ValueError(f"the file {twice[0]!r} is named more than once")
        if self.origin is not None and len(self.origin.values) != len(self.files):
            told = f"{len(self.origin.values)} origin.values for {len(self.files)} files"
            raise ValueError(f"origin.values needs one value per file, in their order; got {told}")
        return self


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
    def begun(self) -> bool:
        """Whether any of the files is there, or something else in its place: then the rest is missing, not to come."""
        return any(path.exists() for path in self.files)

    @property
    def files(self) -> tuple[Path, ...]:
        """Every file that is read, the catalogue included."""
        return self.paths if self.catalogue is None else (*self.paths, self.catalogue)
