"""``liandong verify``: whether a bundle is what its study gives, here and now.

Three questions, in this order. Are its files those that were written? Are data, definitions and programs those that it
was made of? And does the study, run again from them, give the same tables and the same documents?
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from liandong.definitions import load_study
from liandong.errors import DefinitionError, EstimationError, Problem
from liandong.evidence import MANIFEST, RESTRICTED, Bundle, read_bundle, sha256
from liandong.evidence.scratch import scratch_folder
from liandong.workflow.claims_alone import write_claims_alone
from liandong.workflow.manifest import fingerprint
from liandong.workflow.rendered import Rendered, read_rendered, remembered_study
from liandong.workflow.reproduction import differing_documents, differing_tables, is_public_copy, is_restricted
from liandong.workflow.results import Finding
from liandong.workflow.run import run_loaded

Progress = Callable[[str], None]
_MADE_OF: Final = {"inputs": "data", "definitions": "definitions"}
_SAME_BYTES: Final = ("versions", "code")


@dataclass(frozen=True, slots=True)
class Verification:
    """What was found of the bundle at `bundle`, made again from the study at `study`."""

    bundle: Path
    study: Path
    findings: tuple[Finding, ...]

    @property
    def agrees(self) -> bool:
        """Whether nothing differs beyond what programs of other versions may change."""
        return all(finding.state != "bad" for finding in self.findings)


def verify_bundle(bundle: Path, study: Path | None, *, documents: bool, on_progress: Progress) -> Verification:
    """Run the study of `bundle` again, into a place of its own, and say what differs.

    Parameters
    ----------
    bundle
        Its folder; nothing in it is changed.
    study
        The definitions; None for those that the bundle was made of, which only its owner's copy remembers.
    documents
        Whether its reports are rendered again as well.

    Returns
    -------
    Verification
        With the same data, definitions, platform and versions every file has to be the same byte for byte; with other
        versions or elsewhere, numbers have to agree to 1e-9 (see :func:`liandong.evidence.comparison.compare_tables`).

    Raises
    ------
    DefinitionError
        When there is no bundle, or nothing says which study it is of.
    LiandongError
        As running and rendering raise it.
    """
    old = _opened(bundle)
    path = study or remembered_study(bundle)
    if path is None:
        raise DefinitionError(
            [Problem(str(bundle), "this copy does not say which study it is of", "name it with --study STUDY")],
            subject="the command",
            zh="请用 --study 指明该证据包所属的研究。",
        )
    loaded = load_study(path)
    if loaded.id != old.manifest["study"]["id"]:
        raise DefinitionError(
            [Problem(str(path), f"expected the study {old.manifest['study']['id']!r}; this is {loaded.id!r}")],
            subject="the command",
        )
    on_progress("Comparing files with their record")
    findings = [*_files(old), *_origin(old.manifest, fingerprint(loaded))]
    is_same_program = not any(finding.subject in _SAME_BYTES for finding in findings)
    with scratch_folder() as scratch:
        # Compared as it is: a study whose models cannot be estimated leaves a bundle, and says so in its manifest.
        make = write_claims_alone if old.manifest.get("without_data") else run_loaded
        with suppress(EstimationError):
            make(loaded, out=scratch / "bundle", on_progress=on_progress)
        new = read_bundle(scratch / "bundle")
        findings += [*_outcome(old.manifest, new.manifest), *differing_tables(old, new, exactly=is_same_program)]
        if documents:
            findings += differing_documents(old, new, path, exactly=is_same_program, on_progress=on_progress)
    return Verification(bundle, path, tuple(findings))


def _opened(bundle: Path) -> Bundle:
    try:
        return read_bundle(bundle)
    except (FileNotFoundError, NotADirectoryError, ValueError) as error:
        raise DefinitionError(
            [Problem(str(bundle), f"expected an evidence bundle; it has no {MANIFEST} that can be read")],
            subject="the command",
            zh="此处没有可读的证据包。",
        ) from error


def _files(old: Bundle) -> Iterator[Finding]:
    """Yield whether every file is there and has the hash that was recorded when it was written."""
    recorded: dict[str, str] = dict(old.manifest["files"])
    rendered: Mapping[str, Rendered] = {**read_rendered(old.path), **read_rendered(old.path / RESTRICTED)}
    for document in rendered.values():
        recorded |= document.files
    if is_public_copy(old):
        recorded = {name: digest for name, digest in recorded.items() if not is_restricted(name)}
        yield Finding("note", RESTRICTED, "this copy is without its restricted part, which is not compared")
    wrong = [(name, why) for name, digest in recorded.items() if (why := _wrong(old.path / name, digest))]
    for name, why in wrong:
        yield Finding("bad", name, why)
    known = {Path(name).name for name in recorded if name.startswith("tables/")}
    for file in sorted((old.path / "tables").glob("*")) if (old.path / "tables").is_dir() else ():
        if file.name not in known:
            yield Finding("bad", f"tables/{file.name}", "is not on record: the run did not write it")
    if not wrong:
        yield Finding("good", "files", f"all {len(recorded)} are as they were written")


def _wrong(file: Path, digest: str) -> str:
    if not file.is_file():
        return "is missing"
    return "" if sha256(file) == digest else "was changed after it was written"


def _origin(old: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield what the bundle was made of that is no longer there, or is another version by now."""
    for key, what in _MADE_OF.items():
        changed = _changed(old.get(key) or {}, now[key])
        for name in changed:
            yield Finding("bad", f"{what}: {name}", "is not what the bundle was made of")
        if not changed:
            yield Finding("good", what, "are those that the bundle was made of")
    if old.get("lock") != now["lock"]:
        yield Finding("bad", "plan.lock.json", "is not the lock that the bundle was made with")
    versions = old.get("versions") or {}
    moved = [
        f"{name} {versions.get(name)} → {now['versions'].get(name)}" for name in _changed(versions, now["versions"])
    ]
    if moved:
        yield Finding("note", "versions", f"others than then, so only numbers are compared: {', '.join(moved)}")
    elif old.get("code") != now["code"]:
        yield Finding("note", "code", "liandong itself has changed since, so only numbers are compared")


def _changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    return sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))


def _outcome(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield whether the row accounting and the end of the run are the same."""
    for key, what in (
        ("rows", "rows received, accepted and rejected"),
        ("failure", "what kept the models back"),
    ):
        if old.get(key) != new.get(key):
            yield Finding("bad", what, f"then {_told(old.get(key))}, now {_told(new.get(key))}")


def _told(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {count}" for name, count in value.items())
    return "nothing" if value is None else str(value)
