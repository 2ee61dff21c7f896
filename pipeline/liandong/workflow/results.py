"""What the commands get back."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal


@dataclass(frozen=True, slots=True)
class CheckResult:
    """Outcome of ``liandong check``; `rows` is None when there is no data file yet."""

    study_id: str
    definition_files: int
    rows: dict[str, int] | None
    unknown_columns: tuple[str, ...] = ()
    absent_columns: tuple[str, ...] = ()
    broken_rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RunResult:
    """Outcome of ``liandong run``: where the bundle is, and the row accounting."""

    bundle: Path
    rows: dict[str, int]
    notes: tuple[str, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class ReportResult:
    """Outcome of ``liandong report``: the files made, and whether the study had to be run first."""

    bundle: Path
    files: tuple[Path, ...]
    renderer: str
    ran: bool
    seconds: float


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that ``liandong doctor`` looked at."""

    state: Literal["good", "note", "bad"]
    subject: str
    text: str

    @property
    def mark(self) -> str:
        """One word for the terminal."""
        return {"good": "ok  ", "note": "note", "bad": "BAD "}[self.state]
