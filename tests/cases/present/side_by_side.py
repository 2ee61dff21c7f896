"""Four communities compared, by hand: one stands out, one is like the others, one has little, one has a hard name."""

from __future__ import annotations

from typing import Any

from tests.cases.present.rows import Rows, label
from tests.cases.present.survey import survey_manifest, survey_tables

HARD = '甲/乙 "<b>社区</b>" #1 ` {x} $y$ 很长很长的社区名称很长很长的社区名称'
"""A code that a file name, HTML, Typst, Word and Markdown would each trip over."""
COMMUNITIES = ("C1", "C2", "C3", HARD)
SHARES = ("reached", "less_anxious", "integrated")


def compared_manifest(minimum: int = 1) -> dict[str, Any]:
    manifest = survey_manifest()
    reason = {"zh": "模拟", "en": "simulated"} if minimum == 1 else None
    return {**manifest, "study": {**manifest["study"], "disclosure": {"minimum_cell": minimum, "reason": reason}}}


def compared_tables() -> dict[str, Rows]:
    """Return the survey's tables and the comparison, all of it published."""
    return {
        **survey_tables(),
        "labels": [*survey_tables()["labels"], label("level", "community", "第二社区", "Community two", level="C2")],
        "communities": [_row(measure, at) for measure in (*SHARES, "belonging") for at in range(len(COMMUNITIES))],
        "community_spread": [_spread(measure) for measure in (*SHARES, "belonging")],
    }


def banded_tables() -> dict[str, Rows]:
    """Return the same where people must not be counted: bands, and nothing of the third community."""
    tables = compared_tables()
    rows = [_banded(row) for row in tables["communities"]]
    return {**tables, "communities": rows, "community_spread": [_spread(m, None) for m in (*SHARES, "belonging")]}


def _row(measure: str, at: int) -> dict[str, Any]:
    """Return a row; only the first community stands out, and only in who was reached."""
    share, kind = (0.35, "share") if measure in SHARES else (0.62, "scale")
    own = 0.95 if (measure, at) == ("reached", 0) else share + 0.02 * at
    standing = "higher" if (measure, at) == ("reached", 0) else "similar"
    return {
        "measure": measure, "kind": kind, "universe": "all", "cluster": COMMUNITIES[at], "n_obs": 17 + at,
        "estimate": own, "conf_low": max(own - 0.2, 0.0), "conf_high": min(own + 0.2, 1.0), "shrunk": own - 0.01,
        "shrunk_low": own - 0.1, "shrunk_high": own + 0.1, "reliability": 0.5, "rest": share, "rest_low": share - 0.04,
        "rest_high": share + 0.04, "difference": own - share, "difference_low": own - share - 0.2,
        "difference_high": own - share + 0.2, "standing": standing, "suppressed": False,
    }  # fmt: skip


def _spread(measure: str, n_obs: int | None = 618) -> dict[str, Any]:
    kind = "share" if measure in SHARES else "scale"
    return {"measure": measure, "kind": kind, "universe": "all", "n_obs": n_obs, "n_clusters": 4, "p_value": 0.2}


def _banded(row: dict[str, Any]) -> dict[str, Any]:
    kept = {name: row[name] for name in ("measure", "kind", "universe", "cluster", "standing")}
    if row["cluster"] == "C3":
        return {**kept, "standing": "unknown", "suppressed": True}
    return {**kept, "band_low": 0.2, "band_high": 0.7, "suppressed": False}
