"""``liandong claims``: the verdicts on a study's published figures, from a bundle that is current."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from liandong.definitions import load_study
from liandong.errors import DefinitionError, EstimationError, Problem
from liandong.evidence import Bundle, read_bundle
from liandong.present.claims_sentences import claim_sentence
from liandong.workflow.bundles import is_current, make_bundle
from liandong.workflow.run import bundle_folder

Row = Mapping[str, Any]
_OVERALL = "overall"


@dataclass(frozen=True, slots=True)
class ClaimVerdict:
    """One published figure with its verdict.

    Attributes
    ----------
    claim, kind, published, unit
        As in claims.yaml.
    found, low, high
        What was found for it, in its unit, with the interval; None where there is nothing to show.
    verdict
        supported | consistent | not_checkable | doubtful | contradicted.
    argument
        One sentence, of the check that decides.
    """

    claim: str
    kind: str
    published: str
    unit: str
    found: float | None
    low: float | None
    high: float | None
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
    rows = bundle.table("claims").rows(named=True)
    values: dict[tuple[str, str], dict[str, float]] = {}
    for value in bundle.table("claim_values").iter_rows(named=True):
        values.setdefault((value["claim"], value["check"]), {})[value["name"]] = value["value"]
    places = {f"claims: claim={row['claim']}; check={row['check']}": row for row in rows}
    for row in rows:
        if row["check"] == _OVERALL:
            deciding = places.get(row["found_in"], row)
            argument = claim_sentence("en", deciding, values.get((deciding["claim"], deciding["check"]), {}))
            yield _verdict(row, argument)


def _verdict(row: Row, argument: str) -> ClaimVerdict:
    return ClaimVerdict(
        claim=row["claim"],
        kind=row["kind"],
        published=row["published"],
        unit=row["unit"],
        found=row["recomputed"],
        low=row["conf_low"],
        high=row["conf_high"],
        verdict=row["verdict"],
        argument=argument,
    )
