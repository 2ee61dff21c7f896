"""All files of a drafted study, as text."""

from __future__ import annotations

from liandong.scaffold.draft import Draft
from liandong.scaffold.write_codebook import codebook_yaml, table_yaml
from liandong.scaffold.write_measures import indicators_yaml, scales_yaml
from liandong.scaffold.write_study import study_yaml

STUDY = "study.yaml"
INSTRUMENT = "instrument"


def files_of(draft: Draft) -> dict[str, str]:
    """Return path below the study's folder → content; scales and indicators only where the draft has any."""
    files = {
        STUDY: study_yaml(draft),
        f"{INSTRUMENT}/codebook.yaml": codebook_yaml(draft),
        f"{INSTRUMENT}/scales.yaml": scales_yaml(draft),
        f"{INSTRUMENT}/indicators.yaml": indicators_yaml(draft),
        **{f"{INSTRUMENT}/{table.resource}.yaml": table_yaml(draft, table) for table in draft.tables},
    }
    return {path: text for path, text in files.items() if text is not None}
