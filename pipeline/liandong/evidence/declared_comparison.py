"""The tables that compare communities, and those that show who was served by several providers at once."""

from __future__ import annotations

from liandong.evidence.spec import COUNT, FLAG, REAL, TEXT, spec

DECLARED_COMPARISON = (
    # members: the indicators of a group that are true of these people, all others not, joined by "+"; "" for none.
    spec(
        "overlap", "group members",
        group=TEXT, members=TEXT, n_members=COUNT, n=COUNT, n_rows=COUNT, share=REAL, conf_low=REAL, conf_high=REAL,
        suppressed=FLAG,
    ),
    # One row per cluster of the design and measure (a scale, or an indicator in a universe). shrunk: empirical Bayes.
    # rest: all other clusters together. standing: lower | similar | higher | unknown against the rest.
    spec(
        "communities", "measure universe cluster",
        measure=TEXT, kind=TEXT, universe=TEXT, cluster=TEXT, n_obs=COUNT, estimate=REAL, conf_low=REAL,
        conf_high=REAL, shrunk=REAL, shrunk_low=REAL, shrunk_high=REAL, reliability=REAL, rest=REAL, rest_low=REAL,
        rest_high=REAL, difference=REAL, difference_low=REAL, difference_high=REAL, standing=TEXT, suppressed=FLAG,
    ),
    # How far the clusters differ at all, one row per measure.
    spec(
        "community_spread", "measure universe",
        measure=TEXT, kind=TEXT, universe=TEXT, n_obs=COUNT, n_clusters=COUNT, mean=REAL, sd_within=REAL,
        sd_between=REAL, sd_between_low=REAL, sd_between_high=REAL, icc=REAL, statistic=REAL, df=REAL, p_value=REAL,
    ),
)  # fmt: skip
