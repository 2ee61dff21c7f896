"""What the rule of the verdicts looks at: the answers of every method, and how the sample lies in its clusters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Found:
    """One method's standard error, df, p-value and interval for the treatment; None for what it does not give."""

    std_error: float | None
    df: float | None
    p_value: float | None
    conf_low: float | None
    conf_high: float | None
    flag: str = ""

    @property
    def conclusion(self) -> int:
        """1 or -1 where the interval lies on one side of zero, else 0."""
        if self.conf_low is None or self.conf_high is None:
            return 0
        return int(self.conf_low > 0) - int(self.conf_high < 0)


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the rule looks at.

    Attributes
    ----------
    estimate
        The coefficient.
    n_clusters, n_clusters_second
        Clusters; of the second clustering, where there is one.
    n_treated, n_untreated, clusters_with_treated, clusters_with_untreated
        Of a treatment with two values, else None.
    answers
        By code of the table estimates: iid, CR1, CR2, ...
    partial_leverage, leverage_ratio
        Largest share of one cluster in the treatment's own variation; largest leverage over the average. None where
        the leverage of clusters is not known.
    without
        The coefficients without one cluster.
    identified_without
        Whether the coefficient is identified without any one cluster.
    randomised
        Unit of assignment, ``cluster`` or ``individual``, of a randomised treatment; else None.
    clusters_varying
        Clusters inside which the treatment varies, where fixed effects leave nothing else to compare; else None.
    weight_share
        Kish's (Σw)²/Σw² over the number of people, 1 without weights.
    n_obs
        People.
    """

    estimate: float
    n_clusters: int
    n_clusters_second: int | None
    n_treated: int | None
    n_untreated: int | None
    clusters_with_treated: int | None
    clusters_with_untreated: int | None
    answers: Mapping[str, Found]
    partial_leverage: float | None
    leverage_ratio: float | None
    without: Sequence[float]
    identified_without: bool
    randomised: str | None
    clusters_varying: int | None = None
    weight_share: float = 1.0
    n_obs: int | None = None
