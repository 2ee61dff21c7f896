"""``liandong lock``: the plan of analysis put on record, so that what came later shows.

``plan.lock.json`` stands beside study.yaml and belongs under version control, best before the data are opened. It holds
a hash per decision with the day on which it was locked, one over them all, and what every renewal replaced. It proves
nothing by itself, since anybody can renew a lock; it makes a change visible, and the history says when.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl

from liandong.definitions import PlanItem, Study, load_study, plan_items
from liandong.errors import DifferenceError
from liandong.evidence import TABLES
from liandong.workflow.lock_file import LOCK, Lock, LockedItem, lock_path, read_lock, total_hash, write_lock
from liandong.workflow.results import LockResult, PlanChanges

_SHOWN = 20


def lock_study(path: Path, *, renew: bool = False) -> LockResult:
    """Write the lock of the study at `path`, or find that the one there still fits.

    Raises
    ------
    DifferenceError
        When the plan differs from the lock and `renew` is not asked for; nothing is written then.
    DefinitionError, OutputError
        When the definitions or the lock cannot be read, or the lock cannot be written.
    """
    study = load_study(path)
    items, old = plan_items(study), read_lock(study)
    if old is not None:
        changes = compare(items, old)
        if not changes:
            return LockResult(lock_path(study), old.plan, old.locked_on, len(items), changes, written=False)
        if not renew:
            raise _difference(old, changes, study)
    else:
        changes = PlanChanges()
    new = _renewed(study.id, items, old, changes, _today())
    write_lock(lock_path(study), new)
    return LockResult(lock_path(study), new.plan, new.locked_on, len(items), changes, written=True)


def check_lock(path: Path) -> LockResult:
    """Compare the plan of the study at `path` with its lock; write nothing.

    Raises
    ------
    DifferenceError
        When anything was added, changed or removed since, or when there is no lock.
    DefinitionError
        When the definitions or the lock cannot be read.
    """
    study = load_study(path)
    old = read_lock(study)
    if old is None:
        raise DifferenceError(
            f"expected a lock of the plan; there is no {LOCK}",
            where=str(study.path.parent),
            hint="`liandong lock STUDY` writes it",
            zh="研究目录中没有分析计划的锁定文件。",
        )
    items = plan_items(study)
    changes = compare(items, old)
    if changes:
        raise _difference(old, changes, study)
    return LockResult(lock_path(study), old.plan, old.locked_on, len(items), changes, written=False)


def plan_status(study: Study) -> pl.DataFrame:
    """Return table ``plan``: every decision and how it stands to the lock.

    ``status`` is locked, changed, added, or unlocked where there is no lock; what the lock has and the plan has no more
    follows as removed. ``locked_on`` is the day since which the locked decision stands, empty without one.
    """
    items, old = plan_items(study), read_lock(study)
    locked = old.items if old is not None else {}
    rows = []
    for item in items:
        before = locked.get(item.key)
        status = "unlocked" if old is None else "added" if before is None else _status(item, before)
        since = before.locked_on if before is not None else ""
        rows.append((item.kind, item.item, item.role, status, since))
    present = {item.key for item in items}
    for key, was in locked.items():
        if key not in present:
            kind, _, name = key.partition(":")
            rows.append((kind, name, was.role, "removed", was.locked_on))
    return pl.DataFrame(rows, schema=dict(TABLES["plan"].columns), orient="row")


def compare(items: tuple[PlanItem, ...], lock: Lock) -> PlanChanges:
    """Return the keys that were added, changed and removed since `lock`, in the order of the plan."""
    present = {item.key for item in items}
    return PlanChanges(
        added=tuple(item.key for item in items if item.key not in lock.items),
        changed=tuple(
            item.key for item in items if item.key in lock.items and item.sha256 != lock.items[item.key].sha256
        ),
        removed=tuple(key for key in lock.items if key not in present),
    )


def _status(item: PlanItem, before: LockedItem) -> str:
    return "locked" if item.sha256 == before.sha256 else "changed"


def _renewed(study: str, items: tuple[PlanItem, ...], old: Lock | None, changes: PlanChanges, today: str) -> Lock:
    """Return the new lock; decisions that stand as before keep their day."""
    fresh = {item.key: LockedItem(item.role, item.sha256, today) for item in items}
    history: tuple[Mapping[str, Any], ...] = ()
    if old is not None:
        fresh = {
            key: replace(item, locked_on=old.items[key].locked_on)
            if key in old.items and old.items[key].sha256 == item.sha256
            else item
            for key, item in fresh.items()
        }
        replaced = {"plan": old.plan, "locked_on": old.locked_on, "replaced_on": today}
        history = (*old.history, replaced | {name: list(keys) for name, keys in changes.by_kind().items()})
    return Lock(study, total_hash(fresh), today, fresh, history)


def _today() -> str:
    """Return the day in UTC; SOURCE_DATE_EPOCH stands for the clock where it is set."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    now = dt.datetime.fromtimestamp(int(epoch), dt.UTC) if epoch.isdecimal() else dt.datetime.now(dt.UTC)
    return now.date().isoformat()


def _difference(old: Lock, changes: PlanChanges, study: Study) -> DifferenceError:
    named = [f"{what}: {key}" for what, keys in changes.by_kind().items() for key in keys]
    shown = [f"  - {line}" for line in named[:_SHOWN]] + (
        [f"  … and {len(named) - _SHOWN} more"] if len(named) > _SHOWN else []
    )
    return DifferenceError(
        "\n".join([f"the plan differs from the one locked on {old.locked_on}", *shown]),
        where=str(lock_path(study)),
        hint="take the changes back, or keep them on record with `liandong lock STUDY --renew`",
        zh=f"分析计划与 {old.locked_on} 锁定的计划不一致（{len(named)} 处）。",
    )
