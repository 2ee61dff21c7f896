"""A process that fits a plan with linearmodels while the rest of a run goes on.

::

    python -m liandong.estimate.refit

imports linearmodels at once, which takes seconds, and only then waits for its task on standard input: a JSON object
``{"rows": path of a Parquet file, "models": plan of crosscheck_plan}``. It answers on standard output with the list of
:func:`refit`, and with nothing when the input ends without a task. So it can be started before there are rows.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO

import numpy as np
import polars as pl

from liandong.estimate.peer import PeerFit, fit_linearmodels
from liandong.estimate.peer_rows import draw_sample, regressors


def refit(rows: Path, plan: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Fit every model of `plan` with linearmodels.

    Parameters
    ----------
    rows
        Parquet file of the accepted rows, with scale scores and derived columns.
    plan
        From :func:`crosscheck_plan`.

    Returns
    -------
    list of dict
        One per effect, outcome and step: these three, `engine`, `n_obs`, `n_clusters`, and the lists `terms`,
        `estimate` and `std_error`.
    """
    frame = pl.read_parquet(rows, columns=_columns(plan))
    return [fit for model in plan for fit in _refit_model(frame, model)]


def serve(task: TextIO, answer: TextIO) -> None:
    """Import linearmodels, read one task from `task` and write its fits to `answer`, both as JSON."""
    import linearmodels  # noqa: F401 (the import is what takes the time)

    text = task.read()
    if text.strip():
        found = json.loads(text)
        json.dump(refit(Path(found["rows"]), found["models"]), answer)


def _columns(plan: Sequence[Mapping[str, Any]]) -> list[str]:
    names = [
        name
        for model in plan
        for name in (model["cluster"], model["weight"], *model["absorb"], *model["measured"])
        if name is not None
    ]
    return list(dict.fromkeys(names))


def _refit_model(frame: pl.DataFrame, model: Mapping[str, Any]) -> list[dict[str, Any]]:
    import pandas as pd

    data = pd.DataFrame({name: frame[name].to_list() for name in _columns([model])})
    sample = draw_sample(data, model["measured"], model["absorb"], model["weight"])
    outcome = sample[model["outcome"]].to_numpy(dtype=np.float64)
    effects = [pd.factorize(sample[name])[0] for name in model["absorb"]]
    cluster = pd.factorize(sample[model["cluster"]])[0]
    weight = None if model["weight"] is None else sample[model["weight"]].to_numpy(dtype=np.float64)
    return [
        {"effect": model["effect"], "outcome": model["outcome"], "step": step["step"]}
        | _plain(fit_linearmodels(outcome, regressors(sample, step["terms"]), effects, cluster, weight))
        for step in model["steps"]
    ]


def _plain(fit: PeerFit) -> dict[str, Any]:
    return {
        "engine": fit.engine,
        "n_obs": fit.n_obs,
        "n_clusters": fit.n_clusters,
        "terms": list(fit.terms),
        "estimate": fit.estimate.tolist(),
        "std_error": fit.std_error.tolist(),
    }


if __name__ == "__main__":
    serve(sys.stdin, sys.stdout)
