"""Row-level files of the bundle: accepted rows, rejected rows, corrections; personal fields stay out."""

from __future__ import annotations

import polars as pl

from liandong.definitions import Codebook
from liandong.evidence import BundleWriter
from liandong.workflow.intake import Intake

MISSING_SUFFIX = "__missing"


def write_restricted(writer: BundleWriter, codebook: Codebook, intake: Intake) -> None:
    """Write responses.parquet, rejected.parquet and corrections.csv, without fields marked as personal.

    A field with user-missing answers has a second column ``<field>__missing`` with the kind of missing.
    """
    validated = intake.validated
    personal = _personal(codebook)
    writer.restricted_parquet(
        "responses", _with_kinds(validated.accepted, validated.missing).drop(personal, strict=False)
    )
    writer.restricted_parquet(
        "rejected", _with_kinds(validated.rejected, validated.rejected_missing).drop(personal, strict=False)
    )
    writer.restricted_csv("corrections", validated.corrections)


def _with_kinds(frame: pl.DataFrame, kinds: pl.DataFrame) -> pl.DataFrame:
    return frame.hstack(kinds.rename({name: name + MISSING_SUFFIX for name in kinds.columns}).get_columns())


def _personal(codebook: Codebook) -> list[str]:
    names = [field.name for field in codebook.fields if field.liandong.pii]
    return names + [name + MISSING_SUFFIX for name in names]
