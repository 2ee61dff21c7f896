"""Plot of the smallest detectable effect against the number of clusters."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl

from liandong.present.charts import ACCENT, HAIRLINE, INK, QUIET, TEAL, drawn, grammar, save, style, ticks

_HEIGHT = 3.4
_COLOURS = (QUIET, TEAL, ACCENT)


def power_chart(curve: pl.DataFrame, clusters: int, effect: float) -> Any:
    """Return one line per ICC of `curve` (as `liandong.inference.power_curve` gives it), and the planned design's dot.

    Parameters
    ----------
    curve
        clusters, icc, effect; up to three ICCs, in the order of the legend.
    clusters, effect
        Where the planned design stands.
    """
    p9 = grammar()

    labels = [f"ICC {icc:g}" for icc in curve["icc"].unique(maintain_order=True)]
    frame = curve.drop_nulls("effect").with_columns(
        label=pl.format("ICC {}", pl.col("icc").map_elements(lambda icc: f"{icc:g}", return_dtype=pl.String)).cast(
            pl.Enum(labels)
        )
    )
    planned = pl.DataFrame({"clusters": [clusters], "effect": [effect]})
    return (
        p9.ggplot(frame, p9.aes("clusters", "effect"))
        + p9.geom_line(p9.aes(color="label"), size=0.9)
        + p9.geom_point(data=planned, color=INK, size=2.8)
        + p9.scale_color_manual(values=_COLOURS[-len(labels) :], breaks=labels)
        + p9.scale_x_continuous(labels=ticks)
        + p9.scale_y_continuous(labels=ticks)
        + p9.expand_limits(y=0)
        + p9.labs(x="clusters", y=drawn("smallest detectable effect (standard deviations)"))
        + style(_HEIGHT)
        + p9.theme(panel_grid_major_y=p9.element_line(color=HAIRLINE, size=0.5), panel_grid_major_x=p9.element_blank())
        + p9.theme(axis_title_y=p9.element_text(color=QUIET))
    )


def draw_power(curve: pl.DataFrame, clusters: int, effect: float, folder: Path, name: str) -> list[Path]:
    """Draw `power_chart` to ``<name>.svg`` and ``<name>.png`` in `folder`; return the two paths.

    Raises
    ------
    RenderError
        When the font of the figures is not installed.
    """
    return save(power_chart(curve, clusters, effect), folder, name)
