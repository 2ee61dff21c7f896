"""The evidence bundle: declared tables, manifest, atomic writing, reading back."""

from liandong.evidence.bundle import MANIFEST, Bundle, BundleWriter, read_bundle, sha256, write_json, writing_bundle
from liandong.evidence.spec import TableSpec
from liandong.evidence.tables import TABLES, conform

__all__ = [
    "MANIFEST",
    "TABLES",
    "Bundle",
    "BundleWriter",
    "TableSpec",
    "conform",
    "read_bundle",
    "sha256",
    "write_json",
    "writing_bundle",
]
