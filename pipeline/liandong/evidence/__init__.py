"""The evidence bundle: declared tables, manifest, atomic writing, reading back."""

from liandong.evidence.bundle import (
    MANIFEST,
    RESTRICTED,
    Bundle,
    BundleWriter,
    read_bundle,
    sha256,
    write_json,
    writing_bundle,
)
from liandong.evidence.csv_text import read_csv, write_csv
from liandong.evidence.spec import TableSpec
from liandong.evidence.tables import RESTRICTED_TABLES, TABLES, conform

__all__ = [
    "MANIFEST",
    "RESTRICTED",
    "RESTRICTED_TABLES",
    "TABLES",
    "Bundle",
    "BundleWriter",
    "TableSpec",
    "conform",
    "read_bundle",
    "read_csv",
    "sha256",
    "write_csv",
    "write_json",
    "writing_bundle",
]
