"""The bundle of a study: whether the one that is there is still that of the study, and how another one is made."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from liandong.definitions import Study
from liandong.evidence import MANIFEST, read_bundle
from liandong.workflow.claims_alone import has_data, write_claims_alone
from liandong.workflow.manifest import fingerprint
from liandong.workflow.run import run_loaded


def make_bundle(study: Study, *, out: Path | None, on_progress: Callable[[str], None]) -> None:
    """Run `study`; without data, check its published figures against each other and write those alone.

    Raises
    ------
    LiandongError
        As :func:`liandong.workflow.run.run_loaded` and :func:`liandong.workflow.claims_alone.write_claims_alone`.
    """
    if has_data(study):
        run_loaded(study, out=out, on_progress=on_progress)
    else:
        write_claims_alone(study, out=out, on_progress=on_progress)


def is_current(study: Study, target: Path, *, complete: bool = True, with_data: bool = True) -> bool:
    """Return whether the bundle at `target` is of the same data, definitions and versions.

    `complete` asks for its models besides, `with_data` for more than published figures.
    """
    if not (target / MANIFEST).is_file():
        return False
    try:
        manifest = read_bundle(target).manifest
    except ValueError:
        return False
    return (
        (bool(manifest.get("complete")) or not complete)
        and not (with_data and manifest.get("without_data", False))
        and all(manifest.get(key) == value for key, value in fingerprint(study).items())
    )
