"""Ordered logits against MASS::polr with the clustered covariance of the sandwich package (polr.R, polr.csv)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from liandong.mechanisms.ordered_logit import ordered_logit

HERE = Path(__file__).parent
# polr climbs by BFGS: estimates came out to 2e-8. Its Hessian is one of finite differences: standard errors came out
# to 3e-7 with age in decades about 50, to 3e-4 with age in years.
ESTIMATE, ERROR = 1e-7, 1e-5


@pytest.mark.parametrize("model", ["plain", "districts"])
def test_estimates_and_clustered_errors_are_those_of_r(model: str) -> None:
    data = pl.read_csv(HERE / "likert.csv")
    values = pl.read_csv(HERE / "polr.csv").filter(pl.col("model") == model)
    x = data.select("treated", (pl.col("age") - 50) / 10, "member").to_numpy().astype(float)
    if model == "districts":
        x = np.column_stack([x, data["district"].to_numpy()[:, None] == np.arange(1, 4)]).astype(float)
    found = ordered_logit(data["answer"].to_numpy() - 1, x, data["cluster"].to_numpy())
    assert found.log_likelihood == pytest.approx(values["log_likelihood"][0], rel=1e-9)
    assert found.coefficients[:3] == pytest.approx(values["estimate"].to_numpy(), rel=ESTIMATE)
    assert np.sqrt(np.diagonal(found.covariance))[:3] == pytest.approx(values["std_error"].to_numpy(), rel=ERROR)
