"""``liandong claims``: the verdicts on a study's published figures, from a bundle that is current."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from liandong.definitions import load_study
from liandong.errors import DefinitionError, EstimationError, Problem
from liandong.evidence import Bundle, read_bundle
from liandong.present.claims_facts import read_audited
from liandong.present.claims_tables import argument_of, found_text
from liandong.present.claims_values import figure
from liandong.present.marks import unmarked
from liandong.present.numbers import NOT_APPLICABLE
from liandong.workflow.bundles import is_current, make_bundle
from liandong.workflow.run import bundle_folder


@dataclass(frozen=True, slots=True)
class ClaimVerdict:
    """One published figure with its verdict.

    Attributes
    ----------
    claim
        Its name in claims.yaml.
    published, found
        What was published and what was found for it, as the audit report prints them, the shortest way last: with the
        unit, without it. "—" where there is nothing to show.
    verdict
        supported | consistent | not_checkable | doubtful | contradicted, or derived for a figure that the study never
        published: it follows from others, and is none of those that are checked.
    argument
        One sentence, of the check that decides, or the one that stands for it in the table of the report.
    """

    claim: str
    published: tuple[str, ...]
    found: tuple[str, ...]
    verdict: str
    argument: str


@dataclass(frozen=True, slots=True)
class ClaimsResult:
    """Outcome of ``liandong claims``: the verdicts in the order of claims.yaml, and what they rest on."""

    study_id: str
    bundle: Path
    verdicts: tuple[ClaimVerdict, ...]
    without_data: bool
    simulated: bool
    notes: tuple[str, ...] = ()


def hold_claims(path: Path, *, out: Path | None, on_progress: Callable[[str], None]) -> ClaimsResult:
    """Check the published figures of the study at `path`; it is run first if its bundle is not current.

    Models that cannot be estimated keep no claim from being checked in every other way.

    Raises
    ------
    DefinitionError
        When the study publishes no figures.
    LiandongError
        As loading and running raise it, estimation aside.
    """
    study = load_study(path)
    if not study.claims:
        raise DefinitionError(
            [
                Problem(
                    "study.yaml: claims", "expected published figures to check; there are none", "see docs/claims.md"
                )
            ],
            subject="the study",
            zh="study.yaml 中没有待核对的公开数字（claims）。",
        )
    target = bundle_folder(study, out)
    if not is_current(study, target, complete=False, with_data=False):
        with suppress(EstimationError):  # the bundle is kept, and its manifest says what was in the way
            make_bundle(study, out=out, on_progress=on_progress)
    bundle = read_bundle(target)
    failure = bundle.manifest["failure"]
    return ClaimsResult(
        study_id=study.id,
        bundle=target,
        verdicts=tuple(_verdicts(bundle)),
        without_data=bool(bundle.manifest.get("without_data", False)),
        simulated=study.spec.simulated,
        notes=() if failure is None else (f"the models cannot be estimated: {failure.partition(chr(10))[0]}",),
    )


def _verdicts(bundle: Bundle) -> Iterator[ClaimVerdict]:
    """Yield what the page says of every claim, in the order of the table: the terminal and the page agree."""
    page = read_audited(bundle, "en")
    for claim in sorted(page.claims, key=lambda claim: claim.number):
        shown = figure("en", claim.overall), figure("en", claim.overall, bare=True)
        yield ClaimVerdict(
            claim=claim.id,
            published=(NOT_APPLICABLE,) if claim.is_derived else tuple(map(unmarked, shown)),
            found=tuple(unmarked(found_text(page, claim, without_unit=bare)) for bare in (False, True)),
            verdict=claim.standing,
            argument=unmarked(argument_of(page, claim)),
        )
