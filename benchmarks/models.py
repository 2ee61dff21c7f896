"""Ten nested models (15 regressors in five steps, 2 outcomes) on 1 million rows: ours and three peers.

District effects absorbed, standard errors clustered by community. All start from a frame in memory, after a warm-up on
the first rows, and end with estimates and clustered standard errors of all ten models. Usage: models.py PACKAGE ROWS
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable

import numpy as np
import polars as pl
from simulated import OUTCOMES, REGRESSORS, STEPS, simulated
from timing import BUILD, ROOT, measure, report

Table = dict[tuple[str, int], tuple[np.ndarray, np.ndarray]]  # outcome, step → estimates, standard errors


def liandong(frame: pl.DataFrame) -> Table:
    sys.path.insert(0, str(ROOT / "pipeline"))
    from liandong.inference import coefficients, fit_nested
    from liandong.moments import within_samples

    samples = {outcome: [outcome, *REGRESSORS] for outcome in OUTCOMES}
    within = within_samples(frame, samples, "community", "district").within
    out: Table = {}
    for outcome in OUTCOMES:
        for step, fitted in enumerate(fit_nested(within[outcome], outcome, STEPS)):
            found = coefficients(fitted, "CR1")
            out[outcome, step] = found.estimate, found.std_error
    return out


def pyfixest(frame: object) -> Table:
    """One call of its multiple estimation, told not to keep or copy the data."""
    import pyfixest as pf

    blocks = ", ".join("+".join(REGRESSORS[j : j + 3]) for j in range(0, len(REGRESSORS), 3))
    formula = f"{' + '.join(OUTCOMES)} ~ csw({blocks}) | district"
    models = pf.feols(formula, frame, vcov={"CRV1": "community"}, copy_data=False, store_data=False, lean=True)
    keys = [(outcome, step) for outcome in OUTCOMES for step in range(len(STEPS))]
    fitted = models.all_fitted_models.values()
    return {k: (m.coef().to_numpy(), m.se().to_numpy()) for k, m in zip(keys, fitted, strict=True)}


def linearmodels(frame: object) -> Table:
    """AbsorbingLS model by model; the clustered covariance of its defaults, whose factor differs from ours."""
    from linearmodels.iv.absorbing import AbsorbingLS

    absorb = frame[["district"]].astype("category")
    out: Table = {}
    for outcome in OUTCOMES:
        for step, terms in enumerate(STEPS):
            model = AbsorbingLS(frame[outcome], frame[terms], absorb=absorb)
            found = model.fit(cov_type="clustered", clusters=frame["community"])
            out[outcome, step] = found.params.to_numpy(), found.std_errors.to_numpy()
    return out


def statsmodels(frame: object) -> Table:
    """OLS with district dummies model by model, clustered covariance, t."""
    import pandas as pd
    import statsmodels.api as sm

    dummies = pd.get_dummies(frame["district"], prefix="d", dtype=float)
    out: Table = {}
    for outcome in OUTCOMES:
        for step, terms in enumerate(STEPS):
            model = sm.OLS(frame[outcome], pd.concat([frame[terms], dummies], axis=1))
            found = model.fit(cov_type="cluster", cov_kwds={"groups": frame["community"]}, use_t=True)
            out[outcome, step] = found.params[terms].to_numpy(), found.bse[terms].to_numpy()
    return out


PACKAGES: dict[str, tuple[Callable[..., Table], int]] = {
    "liandong": (liandong, 5),
    "pyfixest": (pyfixest, 1),
    "linearmodels": (linearmodels, 1),
    "statsmodels": (statsmodels, 1),
}


def largest_difference(left: str, right: str) -> float:
    """Return the largest relative difference of any estimate or standard error between two packages' results."""
    a, b = (np.load(BUILD / f"{name}.npy") for name in (left, right))
    return float(np.max(np.abs(a / b - 1)))


def main(package: str, rows: int) -> None:
    warnings.simplefilter("ignore")  # deprecations inside the peers
    work, repeats = PACKAGES[package]
    polars_frame = pl.read_parquet(simulated(rows))
    frame = polars_frame if package == "liandong" else polars_frame.to_pandas()
    work(frame[:20_000])
    last: list[Table] = []
    measurement = measure(package, lambda: last.append(work(frame)), repeats)
    flat = [array for _, pair in sorted(last[-1].items()) for array in pair]
    np.save(BUILD / f"{package}.npy", np.concatenate(flat))
    report(measurement)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
