"""Load a study with its instrument and its claims, and report everything that is wrong with them at once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from liandong.definitions.claims import Claim, ClaimFile
from liandong.definitions.codebook import Codebook
from liandong.definitions.codebook_checks import check_codebook, with_stand_ins
from liandong.definitions.disclosure import DEFAULT_MINIMUM_CELL
from liandong.definitions.expression_types import field_kinds
from liandong.definitions.measures import IndicatorFile, ScaleFile
from liandong.definitions.references import check_measures, check_study
from liandong.definitions.shape import check_shape
from liandong.definitions.sources import DataSource, SourceSpec
from liandong.definitions.study import Instrument, Study, StudyFile
from liandong.definitions.vocabulary import Vocabulary, at, items, texts
from liandong.definitions.yaml_file import read_yaml
from liandong.errors import DefinitionError, Problem

ModelT = TypeVar("ModelT", bound=BaseModel)


def load_study(path: Path) -> Study:
    """Read study.yaml and all that it names.

    Parameters
    ----------
    path
        The file study.yaml, or the folder that holds it.

    Returns
    -------
    Study
        With instrument, claims and data paths resolved; the data themselves are not opened.

    Raises
    ------
    DefinitionError
        Carrying every problem found in every file, each with its path and the nearest valid name.
    """
    path = path / "study.yaml" if path.is_dir() else path
    raw, problems = read_yaml(path)
    if raw is None:
        raise DefinitionError(problems)
    spec, problems = check_shape(StudyFile, raw, path.name)
    instrument, vocabulary, found = _instrument(path, raw)
    problems += found
    problems += check_study(raw, vocabulary) if vocabulary else []
    data, found = _data_sources(path, raw)
    problems += found
    corrections, found = _corrections(path, raw)
    problems += found
    claims, claim_path, found = _claims(path, raw)
    problems += found
    problems += _whole_study(raw, instrument.codebook if instrument else None)
    if problems or spec is None:
        raise DefinitionError(problems)
    sources = [path, *([claim_path] if claim_path else [])]
    if instrument is not None:
        sources += [instrument.folder / name for name in ("codebook.yaml", "scales.yaml", "indicators.yaml")]
    return Study(
        path=path,
        spec=spec,
        instrument=instrument,
        data=data,
        claims=claims or (spec.claims if isinstance(spec.claims, tuple) else ()),
        sources=tuple(source for source in sources if source.is_file()),
        corrections=corrections,
    )


def load_instrument(folder: Path) -> Instrument:
    """Read an instrument folder of data_schema/ by itself; DefinitionError lists all its problems."""
    instrument, _, problems = _load_instrument(folder)
    if problems or instrument is None:
        raise DefinitionError(problems)
    return instrument


def _instrument(study: Path, raw: dict[str, Any]) -> tuple[Instrument | None, Vocabulary | None, list[Problem]]:
    name = raw.get("instrument")
    if not isinstance(name, str):
        return None, None, []
    try:
        folder = (study.parent / name).resolve()
        found = folder.is_dir()
    except (OSError, ValueError, RuntimeError):  # too long, a null byte, links that run in a circle
        found = False
    if not found:
        return None, None, [Problem("study.yaml: instrument", f"there is no folder {name!r}")]
    return _load_instrument(folder)


def _load_instrument(folder: Path) -> tuple[Instrument | None, Vocabulary | None, list[Problem]]:
    """Return the instrument if it is sound, what its files define even if it is not, and all its problems."""
    raw, problems = read_yaml(folder / "codebook.yaml")
    codebook, vocabulary, found = _codebook(raw)
    raw_scales, scales, more = _optional(ScaleFile, folder / "scales.yaml", ScaleFile(scales=()))
    raw_indicators, indicators, most = _optional(
        IndicatorFile, folder / "indicators.yaml", IndicatorFile(indicators=())
    )
    problems = [*problems, *found, *more, *most]
    if vocabulary is not None:
        scale_list = at(raw_scales, "scales")
        vocabulary = replace(vocabulary, scales=frozenset(texts(items(scale_list), "id")))
        problems += check_measures(scale_list, at(raw_indicators, "indicators"), vocabulary)
    if codebook is None or scales is None or indicators is None:
        return None, vocabulary, problems
    return Instrument(folder, codebook, scales.scales, indicators), vocabulary, problems


def _codebook(raw: Any) -> tuple[Codebook | None, Vocabulary | None, list[Problem]]:
    """Check a raw codebook; what is sound in a malformed one is checked, and its names are known, all the same."""
    if raw is None:
        return None, None, []
    codebook, problems = check_shape(Codebook, raw, "codebook.yaml")
    if codebook is not None:
        vocabulary = Vocabulary(fields=field_kinds(codebook), scales=frozenset())
        return codebook, vocabulary, check_codebook(codebook, "codebook.yaml")
    mended, kinds = with_stand_ins(raw)
    rest, _ = check_shape(Codebook, mended, "codebook.yaml")
    problems += check_codebook(rest, "codebook.yaml", kinds) if rest else []
    return None, Vocabulary(fields=kinds, scales=frozenset()), problems


def _optional(model: type[ModelT], path: Path, default: ModelT) -> tuple[Any, ModelT | None, list[Problem]]:
    """Read a file that may be absent: its raw content, the model if its shape is right, and the problems."""
    if not path.exists():
        return None, default, []
    raw, problems = read_yaml(path)
    if raw is None:
        return None, None, problems
    return raw, *check_shape(model, raw, path.name)


def _data_sources(study: Path, raw: dict[str, Any]) -> tuple[dict[str, DataSource], list[Problem]]:
    """Find every file named under `data`; what is wrong with the shape of an entry is said by the check of shapes."""
    data = raw.get("data")
    sources: dict[str, DataSource] = {}
    problems: list[Problem] = []
    if not isinstance(data, dict):
        return sources, problems
    if "responses" not in data:
        problems.append(Problem("study.yaml: data", "'responses' is required: the survey file"))
    for name, value in data.items():
        try:
            spec = SourceSpec.model_validate(value)
        except ValidationError:
            continue
        where = f"study.yaml: data.{name}"
        named = [*spec.files, *([spec.catalogue] if spec.catalogue else [])]
        found = [_inside(study.parent, file, where) for file in named]
        problems += [problem for _, complaints in found for problem in complaints]
        paths = [path for path, _ in found if path is not None]
        if len(paths) == len(named):
            files, catalogue = (paths[:-1], paths[-1]) if spec.catalogue else (paths, None)
            sources[str(name)] = DataSource(tuple(files), spec.sheet, spec.encoding, catalogue, spec.origin)
    return sources, problems


def _corrections(study: Path, raw: dict[str, Any]) -> tuple[Path | None, list[Problem]]:
    name = raw.get("corrections")
    return _inside(study.parent, name, "study.yaml: corrections") if isinstance(name, str) else (None, [])


def _claims(study: Path, raw: dict[str, Any]) -> tuple[tuple[Claim, ...], Path | None, list[Problem]]:
    name = raw.get("claims")
    if not isinstance(name, str):
        return (), None, []
    path, problems = _inside(study.parent, name, "study.yaml: claims")
    if path is None:
        return (), None, problems
    raw_claims, problems = read_yaml(path)
    if raw_claims is None:
        return (), path, problems
    claims, problems = check_shape(ClaimFile, raw_claims, path.name)
    return (claims.claims if claims else ()), path, problems


def _inside(folder: Path, name: str, where: str) -> tuple[Path | None, list[Problem]]:
    """Resolve `name` below `folder`; a study may not reach outside its folder."""
    try:
        path = (folder / name).resolve()
    except (OSError, ValueError, RuntimeError):  # a null byte, links that run in a circle
        return None, [Problem(where, f"{name!r} is not a path")]
    if not path.is_relative_to(folder.resolve()):
        return None, [Problem(where, f"{name!r} leaves the study's folder", "copy the file into the study's folder")]
    return path, []


def _whole_study(raw: dict[str, Any], codebook: Codebook | None) -> list[Problem]:
    """Return problems that concern several keys at once."""
    problems = []
    if isinstance(raw.get("data"), dict) and raw.get("instrument") is None:
        problems.append(Problem("study.yaml: instrument", "is required when there are data"))
    disclosure = raw.get("disclosure")
    if isinstance(disclosure, dict):
        cell = disclosure.get("minimum_cell", DEFAULT_MINIMUM_CELL)
        if isinstance(cell, int) and cell < DEFAULT_MINIMUM_CELL and not disclosure.get("reason"):
            problems.append(
                Problem("study.yaml: disclosure.reason", f"a minimum_cell below {DEFAULT_MINIMUM_CELL} needs a reason")
            )
    data = raw.get("data")
    if codebook is not None and isinstance(data, dict):
        problems += [
            Problem(
                "study.yaml: data",
                f"the codebook's foreign key on {list(key.columns)} needs the table {key.reference.resource!r}",
            )
            for key in codebook.foreign_keys
            if key.reference.resource and key.reference.resource not in data
        ]
    return problems
