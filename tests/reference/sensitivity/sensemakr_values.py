"""Makes sensemakr_values.json: PySensemakr 0.0.8 on Card's returns to schooling and on its own Darfur example.

Run in an environment of its own, which the tests do not need::

    pip install PySensemakr==0.0.8 "pandas<3" linearmodels && python sensemakr_values.py
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import sensemakr
import statsmodels.formula.api as smf
from linearmodels.datasets import card

CONTROLS = ["exper", "expersq", "black", "south", "smsa"]
REGIONS = [f"reg66{i}" for i in range(1, 9)]
STRENGTHS = [(0.05, 0.05), (0.1, 0.3), (0.4, 0.2), (0.02, 1.0)]


def answers(fitted: Any, treatment: str, benchmarks: dict[str, list[str]]) -> dict[str, Any]:
    bounds = sensemakr.ovb_bounds(fitted, treatment, benchmark_covariates=benchmarks, kd=[1, 2, 3])
    keys = [[name, multiple] for name in benchmarks for multiple in (1, 2, 3)]
    return {
        "partial_r2": float(sensemakr.partial_r2(fitted, covariates=treatment)),
        "robustness_value": float(sensemakr.robustness_value(fitted, covariates=treatment).iloc[0]),
        "robustness_value_alpha": float(sensemakr.robustness_value(fitted, covariates=treatment, alpha=0.05).iloc[0]),
        "estimate": float(fitted.params[treatment]),
        "std_error": float(fitted.bse[treatment]),
        "df": float(fitted.df_resid),
        "adjusted": [
            [d, y, float(sensemakr.adjusted_estimate(d, y, model=fitted, treatment=treatment))] for d, y in STRENGTHS
        ],
        "benchmarks": [
            [*key, float(row["r2dz_x"]), float(row["r2yz_dx"]), float(row["adjusted_estimate"])]
            for key, (_, row) in zip(keys, bounds.iterrows(), strict=True)
        ],
    }


def main() -> None:
    schooling = card.load()
    model = smf.ols(f"lwage ~ educ + {' + '.join([*CONTROLS, *REGIONS])}", schooling).fit()
    named = {"black": ["black"], "south": ["south"], "black+smsa": ["black", "smsa"]}
    darfur = sensemakr.load_darfur()
    peace = smf.ols(
        "peacefactor ~ directlyharmed + age + farmer_dar + herder_dar + pastvoted + hhsize_darfur + female + village",
        darfur,
    ).fit()
    found = {
        "card": answers(model, "educ", named),
        "darfur": answers(peace, "directlyharmed", {"female": ["female"]}),
        "pure": [
            [t, df, float(sensemakr.robustness_value(t_statistic=t, dof=df, alpha=0.05).iloc[0])]
            for t, df in [(1.0, 100), (2.5, 20), (4.0, 783), (60.0, 500), (9.0, 5)]
        ],
        "strengths": [
            [d, y, k, *(float(v) for v in sensemakr.ovb_partial_r2_bound(r2dxj_x=d, r2yxj_dx=y, kd=[k]).iloc[0][-2:])]
            for d, y, k in [(0.009, 0.12, 1), (0.1, 0.05, 3), (0.2, 0.01, 2)]
        ],
    }
    Path(__file__).with_suffix(".json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
