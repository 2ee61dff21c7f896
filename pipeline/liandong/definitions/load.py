"""Load a study with its instrument and its claims, and report everything that is wrong with them at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import ValidationError

from liandong.definitions.claim_quantities import check_quantities
from liandong.definitions.claim_references import check_claims
from liandong.definitions.claims import Claim, ClaimFile
from liandong.definitions.disclosure import weaker_rules
from liandong.definitions.house import logo_problems
from liandong.definitions.instrument_files import instrument_files, read_instrument
from liandong.definitions.links import expressions_in, linked_tables
from liandong.definitions.own_pages import page_problems
from liandong.definitions.references import check_study
from liandong.definitions.shape import check_shape
from liandong.definitions.sources import DataSource, SourceSpec
from liandong.definitions.study import Instrument, Study, StudyFile
from liandong.definitions.vocabulary import Vocabulary
from liandong.definitions.yaml_file import read_yaml
from liandong.errors import DefinitionError, Problem


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
    claims, claim_path, found = _claims(path, raw, instrument)
    problems += found
    logo, found = _logo(path, spec)
    problems += found
    pages, found = _pages(path, spec)
    problems += found
    problems += _whole_study(raw, instrument)
    problems += _tables_read(raw, spec, instrument)
    if problems or spec is None:
        raise DefinitionError(problems)
    sources = [path, *(file for file in (claim_path, logo) if file)]
    if instrument is not None:
        sources += instrument_files(instrument)
    return Study(
        path=path,
        spec=spec,
        instrument=instrument,
        data=data,
        claims=claims or (spec.claims if isinstance(spec.claims, tuple) else ()),
        sources=tuple(source for source in sources if source.is_file()),
        corrections=corrections,
        logo=logo,
        pages=pages,
    )


def load_instrument(folder: Path) -> Instrument:
    """Read an instrument folder of data_schema/ by itself; DefinitionError lists all its problems."""
    instrument, _, problems = read_instrument(folder)
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
    return read_instrument(folder)


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


def _logo(study: Path, spec: StudyFile | None) -> tuple[Path | None, list[Problem]]:
    """Find the logo; where the shape of study.yaml is wrong, that is said first."""
    where = "study.yaml: report.house.logo"
    name = spec.report.house.logo if spec else None
    path, problems = _inside(study.parent, name, where) if name else (None, [])
    return path, problems or (logo_problems(path, where) if path else [])


def _pages(study: Path, spec: StudyFile | None) -> tuple[tuple[Path, ...], list[Problem]]:
    """Find the study's own report pages."""
    pages: list[Path] = []
    problems: list[Problem] = []
    for at, name in enumerate(spec.report.pages if spec else ()):
        where = f"study.yaml: report.pages[{at}]"
        page, found = _inside(study.parent, name, where)
        problems += found or (page_problems(page, where) if page else [])
        if page is not None and page.stem in {other.stem for other in pages}:
            problems.append(Problem(where, f"two pages are called {page.stem!r}", "rename one: files are named by it"))
        pages += [page] if page else []
    return tuple(pages), problems


def _claims(
    study: Path, raw: dict[str, Any], instrument: Instrument | None
) -> tuple[tuple[Claim, ...], Path | None, list[Problem]]:
    name = raw.get("claims")
    if not isinstance(name, str):
        return (), None, _claim_names(name, "study.yaml", raw, instrument)
    path, problems = _inside(study.parent, name, "study.yaml: claims")
    if path is None:
        return (), None, problems
    raw_claims, problems = read_yaml(path)
    if raw_claims is None:
        return (), path, problems
    claims, problems = check_shape(ClaimFile, raw_claims, path.name)
    problems += _claim_names(raw_claims.get("claims"), path.name, raw, instrument)
    return (claims.claims if claims else ()), path, problems


def _claim_names(claims: Any, file: str, raw: dict[str, Any], instrument: Instrument | None) -> list[Problem]:
    return [*check_claims(claims, file), *check_quantities(claims, file, raw, instrument)]


def _inside(folder: Path, name: str, where: str) -> tuple[Path | None, list[Problem]]:
    """Resolve `name` below `folder`; a study may not reach outside its folder."""
    try:
        path = (folder / name).resolve()
    except (OSError, ValueError, RuntimeError):  # a null byte, links that run in a circle
        return None, [Problem(where, f"{name!r} is not a path")]
    if not path.is_relative_to(folder.resolve()):
        return None, [Problem(where, f"{name!r} leaves the study's folder", "copy the file into the study's folder")]
    return path, []


def _whole_study(raw: dict[str, Any], instrument: Instrument | None) -> list[Problem]:
    """Return problems that concern several keys at once."""
    problems = []
    if isinstance(raw.get("data"), dict) and raw.get("instrument") is None:
        problems.append(Problem("study.yaml: instrument", "is required when there are data"))
    disclosure = raw.get("disclosure")
    if isinstance(disclosure, dict) and not disclosure.get("reason"):
        problems += [
            Problem("study.yaml: disclosure.reason", f"{rule} needs a reason") for rule in weaker_rules(disclosure)
        ]
    data = raw.get("data")
    if instrument is not None and isinstance(data, dict):
        codebooks = [codebook for name, codebook in instrument.schemas.items() if name in data]
        problems += [
            Problem(
                "study.yaml: data",
                f"the codebook's foreign key on {list(key.columns)} needs the table {key.reference.resource!r}",
            )
            for codebook in codebooks
            for key in codebook.foreign_keys
            if key.reference.resource and key.reference.resource not in data
        ]
    return problems


def _tables_read(raw: dict[str, Any], spec: StudyFile | None, instrument: Instrument | None) -> list[Problem]:
    """Return the tables that expressions of study.yaml read, and that have no file."""
    data = raw.get("data")
    if spec is None or instrument is None or not isinstance(data, dict):
        return []
    names = {name for expression in expressions_in(spec) for name in expression.names}
    return [
        Problem("study.yaml: data", f"an expression reads the table {table!r}, which has no file")
        for table in sorted((linked_tables(names) & set(instrument.tables)) - set(data))
    ]
