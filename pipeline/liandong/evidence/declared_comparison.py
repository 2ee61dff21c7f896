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
    # One row per cluster of the design and measure; kind: scale | share | mean. shrunk: empirical Bayes. rest: all
    # other clusters together. standing: lower | similar | higher | unknown against the rest, with all clusters in mind.
    # band: what is published of shrunk, low and high in its place where the minimum cell is above one: wider, and in
    # round steps; else null.
    spec(
        "communities", "measure universe cluster",
        measure=TEXT, kind=TEXT, universe=TEXT, cluster=TEXT, n_obs=COUNT, estimate=REAL, conf_low=REAL,
        conf_high=REAL, shrunk=REAL, shrunk_low=REAL, shrunk_high=REAL, reliability=REAL, rest=REAL, rest_low=REAL,
        rest_high=REAL, difference=REAL, difference_low=REAL, difference_high=REAL, standing=TEXT, band_low=REAL,
        band_high=REAL, suppressed=FLAG,
    ),
    # How far the clusters differ at all, one row per measure. centre: what shrunk is drawn to. statistic: an F.
    spec(
        "community_spread", "measure universe",
        measure=TEXT, kind=TEXT, universe=TEXT, n_obs=COUNT, n_clusters=COUNT, mean=REAL, centre=REAL,
        sd_within=REAL, sd_between=REAL, sd_between_low=REAL, sd_between_high=REAL, icc=REAL, icc_low=REAL,
        icc_high=REAL, statistic=REAL, df=REAL, df_within=REAL, p_value=REAL,
    ),
)  # fmt: skip
