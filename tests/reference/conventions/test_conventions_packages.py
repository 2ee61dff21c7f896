"""Each convention prints what its program prints, on real data, with and without weights, for every kind of effect.

One disagreement is of typing, not of convention: PanelOLS and AbsorbingLS count a constant that stands among the
regressors although the effects absorb it, so that K depends on how the model is typed; the conventions are those
without one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
import pytest

from liandong.inference import Answer, conventional_answers, fit
from liandong.moments import within_samples

# pyfixest 0.60 still uses what pandas 3.1 deprecates, and tells of the singletons that both drop.
pytestmark = [
    pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning"),
    pytest.mark.filterwarnings("ignore:.*singleton fixed effect:UserWarning"),
]


@dataclass(frozen=True)
class Case:
    """A model on one of the data sets of `load`."""

    data: str
    cluster: str
    effects: tuple[str, ...]
    weight: str | None = None

    def __str__(self) -> str:
        return f"{self.data}-{'+'.join(self.effects) or 'none'}-by-{self.cluster}{'-weighted' if self.weight else ''}"


OUTCOMES = {"insurance": "takeup_survey", "wages": "lwage"}
REGRESSORS = {
    "insurance": ["intensive", "age", "agpop", "literacy"],
    "wages": ["union", "married", "expersq"],
}
# Effect and cluster: none; equal; the effect nested in the cluster; the effect holding clusters; crossing.
DESIGNS = [
    ("insurance", "address", ()),
    ("insurance", "address", ("address",)),
    ("insurance", "village", ("address",)),
    ("insurance", "address", ("village",)),
    ("insurance", "village", ("disaster_prob",)),
    ("wages", "nr", ()),
    ("wages", "nr", ("nr",)),
    ("wages", "educ", ("nr",)),
    ("wages", "nr", ("educ",)),
    ("wages", "nr", ("occupation",)),
]
WEIGHTS = {"insurance": "ricearea_2010", "wages": "hours"}
ONE = [Case(*design, weight) for design in DESIGNS for weight in (None, WEIGHTS[design[0]])]
# The first effect equals the cluster and the second crosses; both cross; the second equals the cluster; both nested.
TWO = [
    Case("wages", "nr", ("nr", "year"), "hours"),
    Case("wages", "nr", ("occupation", "year")),
    Case("insurance", "village", ("disaster_prob", "village")),
    Case("insurance", "village", ("address", "village"), "ricearea_2010"),
]


@cache
def load(data: str) -> pd.DataFrame:
    if data == "wages":
        from linearmodels.datasets import wage_panel

        frame = wage_panel.load()
        frame = frame[frame["hours"] > 0]
        frame = frame[frame.groupby("nr")["nr"].transform("size") > 1]
    else:
        from causaldata import social_insure

        frame = social_insure.load_pandas().data
        frame = frame.dropna(subset=["ricearea_2010", "takeup_survey", *REGRESSORS["insurance"]])
        frame = frame[frame["ricearea_2010"] > 0]
        for column in ("address", "disaster_prob"):
            frame = frame[frame.groupby(column)[column].transform("size") > 1]
    return frame.reset_index(drop=True)


def ours(case: Case) -> dict[str, Answer]:
    first, second = [*case.effects, None, None][:2]
    names = [OUTCOMES[case.data], *REGRESSORS[case.data]]
    frame = load(case.data)
    within = within_samples(frame, {"m": names}, case.cluster, first, case.weight, second_effect=second).within["m"]
    assert within.n_obs == len(frame)
    found = conventional_answers(fit(within, names[0], names[1:]))
    return {answer.convention.name: answer for answer in found}


def assert_same(answer: Answer, theirs: Sequence[object], tolerance: float = 1e-9) -> None:
    """Compare with their estimates, errors, p-values and interval ends, all in the order of the regressors."""
    found = answer.coefficients
    k = len(np.asarray(theirs[0]))
    estimate, error, p, low, high = (np.asarray(values, dtype=float) for values in theirs)
    np.testing.assert_allclose(found.estimate[:k], estimate, rtol=tolerance)
    np.testing.assert_allclose(found.std_error[:k], error, rtol=tolerance)
    # A relative error e in t turns into about t² e in a small p-value; the ends are held in units of the error.
    np.testing.assert_allclose(found.p_value[:k], p, rtol=100 * tolerance, atol=1e-14)
    np.testing.assert_allclose((found.conf_low[:k] - low) / error, 0, atol=50 * tolerance)
    np.testing.assert_allclose((found.conf_high[:k] - high) / error, 0, atol=50 * tolerance)


def columns_of(case: Case) -> tuple[pd.Series, pd.DataFrame, pd.Series | None, pd.Series]:
    frame = load(case.data)
    x = frame[REGRESSORS[case.data]].astype(float)
    return frame[OUTCOMES[case.data]].astype(float), x, frame[case.weight] if case.weight else None, frame[case.cluster]


@pytest.mark.parametrize("k_fixef", ["nonnested", "none"])
@pytest.mark.parametrize("case", ONE, ids=str)
def test_pyfixest(case: Case, k_fixef: str) -> None:
    if k_fixef == "none" and not case.effects:
        return  # the two options are about effects
    answer = ours(case)["fixest" if k_fixef == "nonnested" else "fixest_none"]
    assert_same(answer, pyfixest_of(case, k_fixef))


@pytest.mark.parametrize("case", TWO, ids=str)
def test_pyfixest_with_two_effects(case: Case) -> None:
    # pyfixest takes out two effects in turns until little moves, which leaves 1e-9 of a standard error.
    for swapped in (False, True):
        assert_same(ours(case)["fixest"], pyfixest_of(case, "nonnested", swapped=swapped), 1e-8)


def pyfixest_of(case: Case, k_fixef: str, *, swapped: bool = False) -> list[object]:
    import pyfixest

    names = REGRESSORS[case.data]
    effects = case.effects[::-1] if swapped else case.effects
    absorbed = f" | {' + '.join(effects)}" if effects else ""
    found = pyfixest.feols(
        f"{OUTCOMES[case.data]} ~ {' + '.join(names)}{absorbed}",
        load(case.data),
        vcov={"CRV1": case.cluster},
        weights=case.weight,
        ssc=pyfixest.ssc(k_fixef=k_fixef),
    )
    table = found.tidy().loc[names]
    return [table[c] for c in ("Estimate", "Std. Error", "Pr(>|t|)", "2.5%", "97.5%")]


@pytest.mark.parametrize("group_debias", [False, True])
@pytest.mark.parametrize("case", [*ONE, *TWO[:3]], ids=str)
def test_panelols(case: Case, *, group_debias: bool) -> None:
    answer = ours(case)["panelols_group_debias" if group_debias else "panelols"]
    assert_same(answer, panelols_of(case, group_debias=group_debias), 1e-8 if len(case.effects) > 1 else 1e-9)


def test_panelols_stops_where_one_effect_lies_in_the_other() -> None:
    answer = ours(TWO[3])["panelols"]
    assert np.isnan(answer.coefficients.std_error).all()
    assert answer.formula == "PanelOLS stops: one effect is nested in the other"
    with pytest.raises(ValueError, match="nest or are nested"):
        panelols_of(TWO[3])


def panelols_of(case: Case, **options: bool) -> list[object]:
    from linearmodels.panel import PanelOLS, PooledOLS

    y, x, weight, cluster = columns_of(case)
    frame = load(case.data)
    index = pd.MultiIndex.from_arrays([np.arange(len(y)), np.zeros(len(y), dtype=int)])
    if not case.effects:
        x = x.assign(constant=1.0)
    y, x, cluster = (values.set_axis(index) for values in (y, x, cluster))
    weight = None if weight is None else weight.set_axis(index)
    if not case.effects:
        model = PooledOLS(y, x, weights=weight)
    else:
        codes = pd.DataFrame({e: pd.factorize(frame[e])[0] for e in case.effects}, index=index)
        model = PanelOLS(y, x, weights=weight, other_effects=codes)
    clusters = pd.DataFrame({"cluster": pd.factorize(cluster)[0]}, index=index)
    return shown(model.fit(cov_type="clustered", clusters=clusters, **options), case)


@pytest.mark.parametrize("debiased", [False, True])
@pytest.mark.parametrize("case", [case for case in [*ONE, *TWO] if case.effects], ids=str)
def test_absorbingls(case: Case, *, debiased: bool) -> None:
    from linearmodels.iv.absorbing import AbsorbingLS

    y, x, weight, cluster = columns_of(case)
    absorb = load(case.data)[list(case.effects)].astype("category")
    found = AbsorbingLS(y, x, absorb=absorb, weights=weight).fit(
        cov_type="clustered",
        clusters=pd.factorize(cluster)[0],
        debiased=debiased,
        method="lsmr",
        absorb_options={"atol": 1e-14, "btol": 1e-14, "conlim": 1e14, "maxiter": 10_000},
    )
    # LSMR iterates; at these settings it stops at about 1e-10 of the size of a column.
    assert_same(ours(case)["absorbingls_debiased" if debiased else "absorbingls"], shown(found, case), 1e-8)


@pytest.mark.parametrize("use_t", [None, True])
@pytest.mark.parametrize("case", [*(c for c in ONE if c.effects != ("nr",)), *TWO[1:3]], ids=str)
def test_statsmodels_with_dummies(case: Case, *, use_t: bool | None) -> None:
    # The cases with a dummy per person are left out: 545 columns take seconds, and the rule is the same.
    import statsmodels.api as sm

    y, x, weight, cluster = columns_of(case)
    frame = load(case.data)
    dummies = [
        pd.get_dummies(frame[e], prefix=e, dtype=float).iloc[:, (1 if i else 0) :] for i, e in enumerate(case.effects)
    ]
    design = pd.concat([x, *(dummies or [pd.Series(1.0, x.index, name="constant")])], axis=1)
    model = sm.OLS(y, design) if weight is None else sm.WLS(y, design, weights=weight)
    found = model.fit(cov_type="cluster", cov_kwds={"groups": pd.factorize(cluster)[0]}, use_t=use_t)
    names, ends = REGRESSORS[case.data], found.conf_int()
    theirs = [s.loc[names] for s in (found.params, found.bse, found.pvalues, ends[0], ends[1])]
    assert_same(ours(case)["statsmodels_t" if use_t else "statsmodels"], theirs)


def shown(found: object, case: Case) -> list[object]:
    """Return what linearmodels prints of the regressors."""
    names = REGRESSORS[case.data]
    ends: Callable[[], pd.DataFrame] = found.conf_int  # type: ignore[attr-defined]
    columns = [found.params, found.std_errors, found.pvalues]  # type: ignore[attr-defined]
    return [*(values.loc[names] for values in columns), ends().loc[names, "lower"], ends().loc[names, "upper"]]
