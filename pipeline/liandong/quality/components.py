"""How much of an answer's variance lies between interviewers: the ANOVA estimator for unequal numbers of interviews.

y = community + interviewer + person. Communities are absorbed, so that interviewers are compared inside them. With
Z the interviewers' indicators, M the projection off the communities, K = Z'MZ and r = Z'My: the sum of squares of the
interviewers given the communities is r'K⁺r, with rank(K) degrees of freedom; its expectation is tr(K)·σ²_I +
rank(K)·σ²_e (Henderson's third method; without communities the one-way estimator with n₀ = (N − Σn²/N)/(I − 1):
Searle, Casella & McCulloch 1992, Variance components, ch. 3 and 5). The F test is exact under normality. So is Wald's
interval for σ²_I/σ²_e (Seely & El-Bassiouni 1983, Applying Wald's variance component test, Annals of Statistics 11,
197–201), from the eigenvalues of K; with very many interviewers n₀ stands for all of them (Searle's interval, exact for
equal numbers).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MOST_EXACT = 400
MOST_CROSSED = 1_500
FEWEST_FREE = 10
_NEGLIGIBLE = 1e-9
_DENSE = 4_000_000
_STEPS = 80


@dataclass(frozen=True, slots=True, eq=False)
class Components:
    """Variance between and within interviewers.

    Attributes
    ----------
    icc, low, high
        σ²_I / (σ²_I + σ²_e) with its interval; the estimate may be negative.
    f, df_numerator, df_denominator, p_value
        Of the test that interviewers do not differ.
    between, within
        σ²_I (may be negative) and σ²_e.
    size
        Interviews of the interviewer of an average interview, Σn²/N.
    method
        ``Wald`` or ``Searle``, the interval's.
    deviation
        (I,) mean difference of each interviewer from the others of the same communities; NaN without others.
    shrunk, error
        (I,) best linear prediction of it and its standard error; NaN where interviewers do not differ.
    """

    icc: float
    low: float
    high: float
    f: float
    df_numerator: int
    df_denominator: int
    p_value: float
    between: float
    within: float
    size: float
    method: Literal["Wald", "Searle"]
    deviation: Floats
    shrunk: Floats
    error: Floats


@dataclass(frozen=True, slots=True, eq=False)
class _Spectrum:
    """Eigenvalues above zero with the standardised contrasts u (variance σ²_e + λσ²_I), and the eigenvectors."""

    values: Floats
    contrasts: Floats
    vectors: Floats


def variance_components(y: Floats, design: Design, *, level: float = 0.95) -> Components | None:
    """Return the components of `y`, or None where interviewers cannot be told from communities, or rows are too few.

    `y` has shape (N,) and no gaps, in the order of the design.
    """
    from scipy.special import fdtrc

    people, places, rank = design.people, design.places, design.rank
    free = y.size - places.size - rank
    if rank < 1 or free < FEWEST_FREE:
        return None
    off = y - (np.bincount(design.community, y) / places)[design.community]
    moved = np.bincount(design.interviewer, off).astype(float)
    spectrum = None
    if design.values is not None and design.vectors is not None:
        contrasts = (design.vectors.T @ moved) / np.sqrt(design.values)
        spectrum = _Spectrum(design.values, contrasts, design.vectors)
    explained = float((spectrum.contrasts**2).sum()) if spectrum else design.explained(moved)
    total = float((off**2).sum())
    within = max(total - explained, 0.0) / free
    if within <= _NEGLIGIBLE * max(total, 1e-300) / y.size:
        return None
    trace = float(design.diagonal.sum())
    between = (explained - rank * within) / trace
    f = explained / rank / within
    low, high = _wald(spectrum, within, rank, free, level) if spectrum else _searle(f, trace / rank, rank, free, level)
    with np.errstate(divide="ignore", invalid="ignore"):
        deviation = np.where(design.diagonal > _NEGLIGIBLE, moved / design.diagonal, np.nan)
    shrunk, error = _predicted(spectrum, design.diagonal, moved, between, within)
    return Components(
        icc=between / (between + within),
        low=low,
        high=high,
        f=f,
        df_numerator=rank,
        df_denominator=free,
        p_value=float(fdtrc(rank, free, f)),
        between=between,
        within=within,
        size=float((people**2).sum() / people.sum()),
        method="Wald" if spectrum else "Searle",
        deviation=deviation,
        shrunk=shrunk,
        error=error,
    )


@dataclass(frozen=True, slots=True, eq=False)
class Design:
    """Who worked where: K, its diagonal, its rank; one design serves every question that the same rows answered.

    Attributes
    ----------
    interviewer, community
        (N,) numbers 0 … I − 1 and 0 … C − 1, each in use.
    people, places
        Interviews of each interviewer and community.
    diagonal
        (I,) of K.
    rank
        Of K: interviewers less the groups of communities that share no interviewer.
    values, vectors
        Eigenvalues of K above zero and their vectors; None for more than 400 interviewers.
    crossed
        K for more than 400 and up to 1,500 interviewers who work in several communities, else None.
    nested
        Whether every interviewer works in one community.
    """

    interviewer: Ints
    community: Ints
    people: Floats
    places: Floats
    diagonal: Floats
    rank: int
    values: Floats | None
    vectors: Floats | None
    crossed: Floats | None
    nested: bool

    def explained(self, moved: Floats) -> float:
        """Return r'K⁺r without eigenvalues: in closed form where each interviewer works in one community."""
        if self.nested:
            return float((moved**2 / self.people).sum())
        if self.crossed is None:  # thousands of interviewers in several communities each: each against all others
            usable = self.diagonal > _NEGLIGIBLE
            return float((moved[usable] ** 2 / self.diagonal[usable]).sum())
        solution, *_ = np.linalg.lstsq(self.crossed, moved, rcond=None)
        return float(moved @ solution)


def make_design(interviewer: Ints, community: Ints) -> Design:
    """Return what follows from who worked where; one community for all compares everybody."""
    people, places = np.bincount(interviewer).astype(float), np.bincount(community).astype(float)
    if people.size > MOST_EXACT or people.size * places.size > _DENSE:
        return _sparse_design(interviewer, community, people, places)
    cells = np.bincount(community * people.size + interviewer, minlength=places.size * people.size)
    table = cells.reshape(places.size, people.size).astype(float)
    matrix = np.diag(people) - table.T @ (table / places[:, None])
    values, vectors = np.linalg.eigh(matrix)
    kept = values > _NEGLIGIBLE * max(float(values[-1]), 1.0)
    nested = int((table > 0).sum()) == people.size
    rank = int(kept.sum())
    return Design(
        interviewer,
        community,
        people,
        places,
        np.diag(matrix).copy(),
        rank,
        values[kept],
        vectors[:, kept],
        None,
        nested,
    )


def _sparse_design(interviewer: Ints, community: Ints, people: Floats, places: Floats) -> Design:
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import connected_components

    cells = csr_matrix((np.ones(interviewer.size), (community, interviewer)), shape=(places.size, people.size))
    cells.sum_duplicates()
    scaled = cells.multiply(1 / places[:, None]).tocsr()
    diagonal = people - np.asarray(cells.multiply(scaled).sum(axis=0)).ravel()
    parts, _ = connected_components(cells.T @ cells, directed=False)
    nested = cells.nnz == people.size
    dense = None
    if not nested and people.size <= MOST_CROSSED:
        dense = np.diag(people) - (cells.T @ scaled).toarray()
    rank = people.size - int(parts)
    return Design(interviewer, community, people, places, diagonal, rank, None, None, dense, nested)


def _wald(spectrum: _Spectrum, within: float, rank: int, free: int, level: float) -> tuple[float, float]:
    """Return the shares ρ at which Σ u²/(1 + λρ/(1 − ρ)) / (rank · σ²_e) is the F quantile; it falls as ρ grows."""
    from scipy.special import fdtri

    tail = (1 - level) / 2
    squares, values = spectrum.contrasts**2 / (rank * within), spectrum.values
    least = (-1 / (values.max() - 1) if values.max() > 1 else -1e6) * (1 - 1e-9)

    def share(quantile: float) -> float:
        low, high = least, 1.0 - 1e-12
        for _ in range(_STEPS):
            middle = (low + high) / 2
            if (squares * (1 - middle) / (1 - middle + values * middle)).sum() > quantile:
                low = middle
            else:
                high = middle
        return (low + high) / 2

    return share(float(fdtri(rank, free, 1 - tail))), share(float(fdtri(rank, free, tail)))


def _searle(f: float, size: float, rank: int, free: int, level: float) -> tuple[float, float]:
    from scipy.special import fdtri

    tail = (1 - level) / 2
    low, high = (f / float(fdtri(rank, free, quantile)) for quantile in (1 - tail, tail))
    return (low - 1) / (low + size - 1), (high - 1) / (high + size - 1)


def _predicted(
    spectrum: _Spectrum | None, diagonal: Floats, moved: Floats, between: float, within: float
) -> tuple[Floats, Floats]:
    """Return (K + σ²_e/σ²_I · I)⁻¹ r and √(σ²_e · its diagonal); with very many interviewers from the diagonal of K."""
    if between <= 0:
        return np.full_like(moved, np.nan), np.full_like(moved, np.nan)
    ratio = within / between
    if spectrum is None:
        return moved / (diagonal + ratio), np.sqrt(within / (diagonal + ratio))
    inverse = 1 / (spectrum.values + ratio)
    shrunk = spectrum.vectors @ (inverse * np.sqrt(spectrum.values) * spectrum.contrasts)
    known = spectrum.vectors**2
    variance = within * (known @ inverse + (1 - known.sum(axis=1)) / ratio)
    return np.asarray(shrunk), np.asarray(np.sqrt(variance))
