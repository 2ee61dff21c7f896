"""Within moments for several samples of one data set, by whichever road suits the fixed effect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from liandong.errors import EstimationError
from liandong.moments.absorb import absorb
from liandong.moments.cells import Moments
from liandong.moments.census import BadWeights
from liandong.moments.collect import collect_moments
from liandong.moments.demean import demeaned_within
from liandong.moments.tables import TooManyCellsError
from liandong.moments.within import Within


@dataclass(frozen=True, slots=True)
class Samples:
    """Within moments by sample name, and the cells they came from (None when the rows were demeaned)."""

    within: dict[str, Within]
    moments: Moments | None


def within_samples(
    frame: object,
    samples: Mapping[str, Sequence[str]],
    cluster: str,
    effect: str | None = None,
    weight: str | None = None,
    *,
    second_effect: str | None = None,
    bad_weights: BadWeights = "error",
) -> Samples:
    """Return the within moments of the complete cases of each sample.

    One pass serves all samples, unless the cells of cluster × effect are too many: then each sample's rows are
    demeaned and added up by cluster, and `Within.route` says so.

    Parameters
    ----------
    frame
        Any dataframe `collect_moments` takes.
    samples
        Columns of each sample by name; a sample is their complete cases (with both effects present).
    cluster, effect, weight, bad_weights
        As in `collect_moments`.
    second_effect
        A second effect of few levels, which enters as dummies.

    Raises
    ------
    EstimationError
        As `collect_moments` and `absorb`; the message names the sample.
    """
    columns = list(dict.fromkeys(column for names in samples.values() for column in names))
    keys = () if second_effect is None else (second_effect,)
    try:
        moments = collect_moments(
            frame, columns, cluster, effect, weight, samples=list(samples.values()), keys=keys, bad_weights=bad_weights
        )
    except TooManyCellsError:
        if effect is None:
            raise
        demeaned = {
            name: demeaned_within(
                frame, names, cluster, effect, weight, second_effect=second_effect, bad_weights=bad_weights
            )
            for name, names in samples.items()
        }
        return Samples(demeaned, None)
    return Samples({name: _absorbed(moments, name, names, second_effect) for name, names in samples.items()}, moments)


def _absorbed(moments: Moments, name: str, columns: Sequence[str], second_effect: str | None) -> Within:
    try:
        return absorb(moments, list(dict.fromkeys(columns)), second_effect=second_effect)
    except EstimationError as error:
        raise EstimationError(error.message, where=f"sample {name!r}", hint=error.hint, zh=error.zh) from error
