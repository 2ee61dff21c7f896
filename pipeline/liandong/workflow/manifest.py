"""The manifest: what went in, what was used, and what the study says of itself."""

from __future__ import annotations

import hashlib
import platform
import sys
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from liandong import __version__
from liandong.definitions import Indicator, Study
from liandong.evidence import sha256
from liandong.ingest import file_names
from liandong.workflow.claims import describe_claims
from liandong.workflow.house import logo_place
from liandong.workflow.lock_file import lock_path

_PACKAGE = Path(__file__).resolve().parents[1]
_NUMERICAL = ("polars", "numpy", "scipy", "statsmodels", "linearmodels", "pandas", "pyarrow", "pyreadstat")
_REPORTED = ("unit", "date", "number", "programme", "sources", "signatures", "stars")
_RENDERING = ("plotnine", "matplotlib", "nbclient", "pypandoc-binary", "typst", "mplfonts", "fonttools")


def fingerprint(study: Study) -> dict[str, Any]:
    """Return the hashes and versions that decide whether a bundle is still that of `study`.

    Data that are not there have the hash ``"absent"``: the run will say so.
    """
    return {
        "inputs": _inputs(study),
        "definitions": {_relative(path, study): sha256(path) for path in study.sources},
        "lock": _hash(lock_path(study)),
        "versions": versions(),
        "code": _code(),
    }


def versions() -> dict[str, str]:
    """Return the versions of liandong, Python and every package that touches a number or a page."""
    found = {"liandong": __version__, "python": platform.python_version(), "platform": sys.platform}
    for package in (*_NUMERICAL, *_RENDERING):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found


def describe(study: Study) -> dict[str, Any]:
    """Return what a report page needs to know of the study beyond its tables."""
    spec = study.spec
    design = spec.design.model_dump(mode="json") if spec.design else {}
    report = spec.report.model_dump(mode="json")
    groups = study.instrument.indicators.groups if study.instrument else {}
    return {
        "study": {
            **spec.model_dump(mode="json", include={"id", "title", "subtitle", "simulated", "notice", "disclosure"}),
            "assignment": design.get("assignment"),
            "sampling": design.get("sampling"),
            "cluster": design.get("cluster"),
            "weight": design.get("weight"),
            "weighting": design.get("weighting"),
            "report": {key: report[key] for key in _REPORTED}
            | {"house": {**report["house"], "logo": logo_place(study)}},
            "instrument": _instrument(study),
        },
        "fieldwork": _fieldwork(study),
        **{
            name: [entry.model_dump(mode="json") for entry in getattr(spec.analysis, name)]
            for name in ("effects", "families", "mediations", "multiverses")
        },
        "inference": spec.analysis.inference.model_dump(mode="json"),
        "groups": {name: title.model_dump() for name, title in groups.items()},
        "indicators": {indicator.id: _definition(indicator) for indicator in study.indicators},
        "claims": describe_claims(study),
    }


def _code() -> str:
    """Return one hash over the package's sources: a changed program makes a new bundle, whatever its version says."""
    return hash_of_files(_PACKAGE, [*_PACKAGE.rglob("*.py"), *_PACKAGE.rglob("*.toml")])


def hash_of_files(folder: Path, files: Iterable[Path]) -> str:
    """Return one SHA-256 over names and bytes of `files` below `folder`."""
    digest = hashlib.sha256()
    for file in sorted(files):
        digest.update(file.relative_to(folder).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def _fieldwork(study: Study) -> dict[str, str | None]:
    """Return which columns say who asked and where; None where the tables number what is personal instead."""
    spec = study.spec.quality
    community = spec.community or (study.spec.design.cluster if study.spec.design else None)
    return {"interviewer": _unless_personal(study, spec.interviewer), "community": _unless_personal(study, community)}


def _unless_personal(study: Study, name: str | None) -> str | None:
    codebook = study.instrument.codebook if study.instrument else None
    if name is None or codebook is None or name not in codebook.names:
        return name
    return None if codebook.field(name).liandong.pii else name


def _instrument(study: Study) -> dict[str, Any] | None:
    if study.instrument is None:
        return None
    extras = study.instrument.codebook.liandong
    return {
        "title": extras.title.model_dump(),
        "version": extras.version,
        "fields": len(study.instrument.codebook.fields),
    }


def _definition(indicator: Indicator) -> dict[str, str | None]:
    parts = {"numerator": indicator.numerator, "universe": indicator.universe, "need": indicator.need}
    return {name: expression.text if expression else None for name, expression in parts.items()}


def _inputs(study: Study) -> dict[str, str]:
    """Return the hash of every raw file: a table of one file under its name, of several under name and file."""
    hashes = {
        name if len(source.files) == 1 else f"{name}: {file}": _hash(path)
        for name, source in sorted(study.data.items())
        for path, file in zip(source.files, file_names(source.files), strict=True)
    }
    return hashes if study.corrections is None else {**hashes, "corrections": _hash(study.corrections)}


def _hash(path: Path) -> str:
    return sha256(path) if path.is_file() else "absent"


def _relative(path: Path, study: Study) -> str:
    """Name a definition file by its folder and name, so that a manifest holds no path of the machine."""
    folder = study.path.resolve().parent
    resolved = path.resolve()
    return (
        resolved.relative_to(folder).as_posix()
        if resolved.is_relative_to(folder)
        else f"{resolved.parent.name}/{resolved.name}"
    )
