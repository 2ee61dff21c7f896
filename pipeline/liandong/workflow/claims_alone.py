"""The bundle of a study without data: its published figures, held against each other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from liandong.definitions import Study
from liandong.errors import DefinitionError, OutputError, Problem
from liandong.evidence import MANIFEST, read_bundle, writing_bundle
from liandong.workflow.claims import claim_tables
from liandong.workflow.house import write_house
from liandong.workflow.labels import label_table
from liandong.workflow.manifest import describe, fingerprint
from liandong.workflow.rendered import remember_study
from liandong.workflow.run import Progress, bundle_folder


def has_data(study: Study) -> bool:
    """Whether `study` names a survey file that is there, with an instrument to read it by."""
    return study.instrument is not None and "responses" in study.data and study.data["responses"].begun


def write_claims_alone(study: Study, *, out: Path | None, on_progress: Progress) -> None:
    """Write the bundle of a study without data: manifest, labels, and the claims checked against each other.

    Raises
    ------
    DefinitionError
        When the study publishes no figures: there would be nothing to say.
    OutputError
        When the place cannot be written to, or holds a bundle that was made from data.
    """
    if not study.claims:
        raise DefinitionError(
            [Problem("study.yaml: claims", "expected published figures to check; there are neither claims nor data")],
            subject="the study",
            zh="研究既没有数据，也没有待核对的公开数字（claims）。",
        )
    target = bundle_folder(study, out)
    _spare_data(target)
    on_progress("Checking published figures")
    with writing_bundle(target) as writer:
        writer.table("labels", label_table(study))
        for name, table in claim_tables(study, None).items():
            writer.table(name, table)
        write_house(writer, study)
        writer.manifest(_manifest(study))
        remember_study(writer.folder, study)


def _spare_data(target: Path) -> None:
    """Refuse to put a bundle without data in the place of one that was made from data which are not there now."""
    if not (target / MANIFEST).is_file():
        return
    try:
        before = read_bundle(target).manifest
    except ValueError:
        return
    if not before.get("without_data", False):
        raise OutputError(
            "expected the data that this bundle was made from; they are not there now, and without them it would be "
            "replaced by one that holds the published figures alone",
            where=str(target),
            hint="put the data file back, or choose another place with --out",
            zh=f"{target} 中的证据包由数据生成，而数据文件现已不在；未作替换。",
        )


def _manifest(study: Study) -> dict[str, Any]:
    return {
        **fingerprint(study),
        **describe(study),
        "rows": dict.fromkeys(("received", "accepted", "rejected"), 0),
        "notes": [],
        "engine": None,
        "complete": True,
        "failure": None,
        "without_data": True,
    }
