"""What the commands get back."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from liandong.definitions import Undecided


@dataclass(frozen=True, slots=True)
class PlanChanges:
    """Decisions, as "kind:name", that came, changed or went since the plan was locked; false when there are none."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether anything differs."""
        return bool(self.added or self.changed or self.removed)

    def by_kind(self) -> dict[str, tuple[str, ...]]:
        """Return the keys by what happened to them."""
        return {"added": self.added, "changed": self.changed, "removed": self.removed}


@dataclass(frozen=True, slots=True)
class LockResult:
    """Outcome of ``liandong lock``: the lock's file, hash and day, its number of decisions, what a renewal took in."""

    path: Path
    plan: str
    locked_on: str
    n_items: int
    changes: PlanChanges
    written: bool


@dataclass(frozen=True, slots=True)
class CheckResult:
    """Outcome of ``liandong check``; `rows` is None when there is no data file yet, `locked_on` without a lock.

    `awaited` are the files of responses that are to come.
    `unknown_columns` and `absent_columns` are those of all tables, of second ones as ``table.column``; `notes` say how
    the data files were read and how they differ, and what could not be checked. `guesses` are what a draft from a data
    file left for a person to decide.
    """

    study_id: str
    definition_files: int
    rows: dict[str, int] | None
    awaited: tuple[str, ...] = ()
    unknown_columns: tuple[str, ...] = ()
    absent_columns: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    broken_rules: tuple[str, ...] = ()
    locked_on: str | None = None
    plan_changes: PlanChanges = field(default_factory=PlanChanges)
    guesses: tuple[Undecided, ...] = ()


@dataclass(frozen=True, slots=True)
class RunResult:
    """Outcome of ``liandong run``: where the bundle is, and the row accounting.

    `cases` of field supervision and `guesses` of a drafted study are left for a person to look at.
    """

    bundle: Path
    rows: dict[str, int]
    notes: tuple[str, ...]
    seconds: float
    cases: int = 0
    guesses: int = 0


@dataclass(frozen=True, slots=True)
class ReportResult:
    """Outcome of ``liandong report`` or ``quality``: the files made, whether the study had to be run first, remarks."""

    bundle: Path
    files: tuple[Path, ...]
    renderer: str
    ran: bool
    seconds: float
    notes: tuple[str, ...] = ()


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
