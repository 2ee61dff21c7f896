"""The file of a plan's lock: read with its hashes checked, written whole or not at all."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from liandong.definitions import Study, plan_hash
from liandong.errors import DefinitionError, OutputError, Problem

LOCK = "plan.lock.json"
_FORMAT = 1
_READABLE = 0o644


@dataclass(frozen=True, slots=True)
class LockedItem:
    """One decision as it was locked: its role, its hash, and the day (ISO 8601, UTC) since which it stands so."""

    role: str
    sha256: str
    locked_on: str


@dataclass(frozen=True, slots=True)
class Lock:
    """A lock read from its file.

    Attributes
    ----------
    study
        Identifier of the study.
    plan
        Hash over all items.
    locked_on
        Day of this lock.
    items
        By "kind:item".
    history
        The locks that it replaced, oldest first: their plan and day, the day they were replaced, and the keys then
        added, changed and removed.
    """

    study: str
    plan: str
    locked_on: str
    items: Mapping[str, LockedItem]
    history: tuple[Mapping[str, Any], ...]


def lock_path(study: Study) -> Path:
    """Return where the lock of `study` is, or would be."""
    return study.path.parent / LOCK


def read_lock(study: Study) -> Lock | None:
    """Return the lock of `study`, None without one.

    Raises
    ------
    DefinitionError
        When the file cannot be read as a lock, is of another study, or was changed by hand: its hashes must fit.
    """
    path = lock_path(study)
    if not path.exists():
        return None
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        lock = Lock(
            study=raw["study"],
            plan=raw["plan"],
            locked_on=raw["locked_on"],
            items={key: LockedItem(**item) for key, item in raw["items"].items()},
            history=tuple(raw["history"]),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise _unreadable(f"cannot be read as a lock ({type(error).__name__}: {error})") from error
    if raw.get("format") != _FORMAT:
        raise _unreadable(f"is of format {raw.get('format')!r}; this version reads format {_FORMAT}")
    if lock.study != study.id:
        raise _unreadable(f"is the lock of the study {lock.study!r}, not of {study.id!r}")
    if total_hash(lock.items) != lock.plan:
        raise _unreadable("its items do not give its plan hash: it was changed by hand")
    return lock


def total_hash(items: Mapping[str, LockedItem]) -> str:
    """Return the hash of the plan that consists of `items`."""
    return plan_hash({key: item.sha256 for key, item in items.items()})


def write_lock(path: Path, lock: Lock) -> None:
    """Write `lock` to `path`, which keeps its old content if that fails.

    Raises
    ------
    OutputError
        When the folder cannot be written to.
    """
    temporary: Path | None = None
    try:
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=path.parent, prefix=f".{LOCK}-", delete=False
        ) as file:
            temporary = Path(file.name)
            file.write(_text(lock))
        temporary.chmod(_READABLE)
        temporary.replace(path)
    except OSError as error:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
        raise OutputError(
            f"expected a folder that can be written to; {error.strerror or error}",
            where=str(path),
            hint="the lock stands beside study.yaml; make that folder writable",
            zh=f"无法写入 {LOCK}。",
        ) from error


def _text(lock: Lock) -> str:
    """Return the lock as JSON with a line per decision, so that a difference between two locks can be read."""
    parts = {
        "format": json.dumps(_FORMAT),
        "study": json.dumps(lock.study),
        "plan": json.dumps(lock.plan),
        "locked_on": json.dumps(lock.locked_on),
        "items": "{"
        + _lines(f"{json.dumps(key)}: {json.dumps(asdict(item))}" for key, item in lock.items.items())
        + "}",
        "history": "[" + _lines(json.dumps(dict(entry)) for entry in lock.history) + "]",
    }
    return "{\n" + ",\n".join(f'  "{name}": {value}' for name, value in parts.items()) + "\n}\n"


def _lines(values: Iterable[str]) -> str:
    lines = ",\n".join(f"    {value}" for value in values)
    return f"\n{lines}\n  " if lines else ""


def _unreadable(matter: str) -> DefinitionError:
    return DefinitionError(
        [Problem(LOCK, matter, "restore it from version control, or remove it and lock again")],
        zh="分析计划的锁定文件无法使用。",
    )
