"""Within moments for several samples of one data set, by whichever road suits the fixed effect."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

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
    keys: Sequence[str] = (),
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
    keys
        Further columns that split the cells, for instance a second cluster (see `Within.cell_keys`). They are left
        out where they would make the cells too many.

    Raises
    ------
    EstimationError
        As `collect_moments` and `absorb`; the message names the sample.
    """
    columns = list(dict.fromkeys(column for names in samples.values() for column in names))
    needed = () if second_effect is None else (second_effect,)
    collect = partial(
        collect_moments,
        frame,
        columns,
        cluster,
        effect,
        weight,
        samples=list(samples.values()),
        bad_weights=bad_weights,
    )
    moments = _collected(collect, tuple(dict.fromkeys((*needed, *keys))), needed, can_demean=effect is not None)
    if moments is None:
        assert effect is not None
        demeaned = {
            name: demeaned_within(
                frame, names, cluster, effect, weight, second_effect=second_effect, bad_weights=bad_weights
            )
            for name, names in samples.items()
        }
        return Samples(demeaned, None)
    return Samples({name: _absorbed(moments, name, names, second_effect) for name, names in samples.items()}, moments)


def _collected(
    collect: Callable[..., Moments], wanted: tuple[str, ...], needed: tuple[str, ...], *, can_demean: bool
) -> Moments | None:
    """Collect the cells split by `wanted`, or if they are too many by `needed`, or None if these are too many, too."""
    try:
        return collect(keys=wanted)
    except TooManyCellsError:
        if wanted != needed:
            return _collected(collect, needed, needed, can_demean=can_demean)
        if can_demean:
            return None
        raise


def _absorbed(moments: Moments, name: str, columns: Sequence[str], second_effect: str | None) -> Within:
    try:
        return absorb(moments, list(dict.fromkeys(columns)), second_effect=second_effect)
    except EstimationError as error:
        raise EstimationError(error.message, where=f"sample {name!r}", hint=error.hint, zh=error.zh) from error
