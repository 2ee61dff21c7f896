"""Second interviews of some respondents, answer by answer against the first (as the Stata command bcstats of IPA).

Stable questions have one true answer, so a difference is an error, and error rates by interviewer say who was there.
Checked questions may have changed: their differences, and how far two sets of answers go together, say how reliable the
question is. Intervals of rates are exact (Clopper & Pearson 1934), as if every answer were a draw of its own: errors
gather in fabricated interviews, which makes those by question honest and those by interviewer somewhat short.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from liandong.definitions import Study
from liandong.definitions.quality import BackCheck
from liandong.evidence import RESTRICTED_TABLES
from liandong.evidence.typed_rows import ROW
from liandong.quality.outcome import Outcome, made, not_made, too_few
from liandong.quality.received import Received, is_personal

Floats = NDArray[np.float64]

_LEVEL = 0.95
_FEWEST = 3


@dataclass(frozen=True, slots=True, eq=False)
class BackChecks:
    """Tables back_checks, back_check_people, back_check_differences and back_check_unmatched, and the outcomes."""

    outcomes: tuple[Outcome, ...]
    fields: pl.DataFrame
    people: pl.DataFrame
    differences: pl.DataFrame
    unmatched: pl.DataFrame


NAMES = ("back_checks", "back_check_people", "back_check_differences", "back_check_unmatched")


def back_checks(received: Received, visits: pl.DataFrame, second: pl.DataFrame | None, study: Study) -> BackChecks:
    """Compare second interviews with the first.

    Parameters
    ----------
    received, visits
        First interviews; where several share a key the accepted one counts, if there is just one.
    second
        ``_row``, the key, the fields asked again in their types, and ``checker`` as text; None without a table.
    study
        With its back_check.
    """
    spec = study.spec.quality.back_check
    empty = [RESTRICTED_TABLES[name].empty() for name in NAMES]
    if spec is None or second is None:
        lacking = "quality.back_check" if spec is None else f"data.{spec.table}"
        return BackChecks((not_made("back_check_errors", lacking), not_made("back_check_unmatched", lacking)), *empty)
    fields = [name for name in (*spec.stable, *spec.checked) if name in received.columns and name in second.columns]
    absent = [name for name in spec.key if name not in received.columns or name not in second.columns]
    if absent or not fields:
        lacking = ", ".join(absent or ["the fields asked again"])
        return BackChecks((not_made("back_check_errors", lacking), not_made("back_check_unmatched", lacking)), *empty)
    matched, unmatched = _match(
        received, visits, second, spec, fields, hidden=any(_personal(study, name) for name in spec.key)
    )
    long = _compared(matched, spec, fields, study)
    differences = _differences(long, study)
    stable = long.filter(pl.col("type") == "stable")
    wrong = stable.filter("different").select(
        "row", "field", value=pl.format("{} / {}", "first", "second"), size="size"
    )
    hidden = [name for name in fields if _personal(study, name)]
    wrong = wrong.with_columns(value=pl.when(~pl.col("field").is_in(hidden)).then("value"))
    errors = made("back_check_errors", stable.height, wrong) if stable.height else too_few("back_check_errors", 0)
    missing = unmatched.select(value=pl.format("{} ({})", "second_row", "reason"), size=pl.lit(1.0))
    return BackChecks(
        outcomes=(errors, made("back_check_unmatched", second.height, missing)),
        fields=_by_field(long, spec, fields, study),
        people=_by_person(long),
        differences=differences,
        unmatched=unmatched,
    )


def _match(
    received: Received,
    visits: pl.DataFrame,
    second: pl.DataFrame,
    spec: BackCheck,
    fields: Sequence[str],
    *,
    hidden: bool,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return one line per matched pair, and the second interviews without a first; a `hidden` key is not shown."""
    key = list(spec.key)
    keys = [pl.col(name).cast(pl.String).alias(f"⟨key⟩{name}") for name in key]
    on = [f"⟨key⟩{name}" for name in key]
    first = received.pick([*key, *fields]).select(
        pl.col(ROW).cast(pl.Int64).alias("row"), *keys, *(pl.col(name).alias(f"first {name}") for name in fields)
    )
    first = first.join(visits.select("row", "accepted", "interviewer", "community", key="key"), on="row").drop_nulls(on)
    # A key that several rows share stands for the accepted one among them, if there is just one.
    first = first.with_columns(n=pl.len().over(on), n_accepted=pl.col("accepted").sum().over(on))
    usable = first.filter((pl.col("n") == 1) | ((pl.col("n_accepted") == 1) & pl.col("accepted")))
    again = second.select(
        pl.col(ROW).cast(pl.Int64).alias("second_row"),
        *keys,
        *(pl.col(name).alias(f"second {name}") for name in fields),
        pl.col("checker").cast(pl.String) if "checker" in second.columns else pl.lit(None, pl.String).alias("checker"),
    )
    again = again.with_columns(complete=pl.all_horizontal(pl.col(on).is_not_null()), twice=pl.len().over(on) > 1)
    several, known = first.select(on).unique(), usable.select(on)
    states = (
        again.join(known.with_columns(usable=True), on=on, how="left")
        .join(several.with_columns(there=True), on=on, how="left")
        .with_columns(
            reason=pl.when(~pl.col("complete"))
            .then(pl.lit("no_key"))
            .when(pl.col("twice"))
            .then(pl.lit("several_second"))
            .when(pl.col("usable").is_not_null())
            .then(pl.lit(""))
            .when(pl.col("there").is_not_null())
            .then(pl.lit("several_first"))
            .otherwise(pl.lit("no_first"))
        )
    )
    shown = not hidden and (visits["key"].first() != "" or not visits.height)
    text = pl.concat_str([pl.col(name).fill_null("") for name in on], separator="; ") if shown else pl.lit("")
    unmatched = states.filter(pl.col("reason") != "").select("second_row", key=text, reason="reason").sort("second_row")
    pairs = states.filter(pl.col("reason") == "").drop("usable", "there", "twice", "complete", "reason")
    return pairs.join(usable.drop("n", "n_accepted", "accepted"), on=on).sort("row"), unmatched


def _compared(matched: pl.DataFrame, spec: BackCheck, fields: Sequence[str], study: Study) -> pl.DataFrame:
    """Return one line per answer that both interviews have; size: difference of numbers, else 1."""
    parts = []
    for name in fields:
        both = matched.drop_nulls([f"first {name}", f"second {name}"])
        one, other = pl.col(f"first {name}"), pl.col(f"second {name}")
        numeric = matched.schema[f"first {name}"].is_numeric() and matched.schema[f"second {name}"].is_numeric()
        difference = (other - one).cast(pl.Float64) if numeric else pl.lit(None, dtype=pl.Float64)
        unlike = one.cast(pl.String) != other.cast(pl.String)
        differs = difference.abs() > spec.tolerance.get(name, 0.0) + 1e-9 if numeric else unlike
        parts.append(
            both.select(
                "row", "second_row", "key", "interviewer", "checker", "community",
                field=pl.lit(name),
                type=pl.lit("stable" if name in spec.stable else "checked"),
                first=one.cast(pl.String),
                second=other.cast(pl.String),
                difference=difference,
                different=differs,
                size=pl.coalesce(difference.abs(), pl.lit(1.0)),
                measured=pl.lit(numeric and not _has_codes(study, name)),
            )
        )  # fmt: skip
    return pl.concat(parts)


def _differences(long: pl.DataFrame, study: Study) -> pl.DataFrame:
    hidden = [name for name in long["field"].unique() if _personal(study, name)]
    shown = ~pl.col("field").is_in(hidden)
    found = long.filter("different").with_columns(
        pl.when(shown).then(pl.col(c)).alias(c) for c in ("first", "second", "difference")
    )
    return found.select(list(RESTRICTED_TABLES["back_check_differences"].columns)).sort(
        "type", "row", "field", descending=[True, False, False]
    )


def _by_field(long: pl.DataFrame, spec: BackCheck, fields: Sequence[str], study: Study) -> pl.DataFrame:
    lines = []
    for name in fields:
        rows = long.filter(pl.col("field") == name)
        n, wrong = rows.height, int(rows["different"].sum())
        low, high = clopper_pearson(wrong, n)
        line: dict[str, Any] = {
            "field": name,
            "title_zh": study.label(name, "zh"),
            "title_en": study.label(name, "en"),
            "type": "stable" if name in spec.stable else "checked",
            "n_compared": n,
            "n_different": wrong,
            "error_rate": wrong / n if n else None,
            "conf_low": low,
            "conf_high": high,
            "tolerance": spec.tolerance.get(name),
        }
        measured = bool(n) and bool(rows["measured"][0])
        lines.append(line | (_paired(rows) if measured else _agreement(rows)))
    return pl.DataFrame(lines, schema=dict(RESTRICTED_TABLES["back_checks"].columns))


def _by_person(long: pl.DataFrame) -> pl.DataFrame:
    spec = RESTRICTED_TABLES["back_check_people"]
    parts = []
    for role, column in (("interviewer", "interviewer"), ("checker", "checker")):
        counted = (
            long.drop_nulls(column)
            .group_by(pl.col(column).alias("person"), "type")
            .agg(
                n_interviews=pl.col("row").n_unique().cast(pl.Int64),
                n_compared=pl.len().cast(pl.Int64),
                n_different=pl.col("different").sum().cast(pl.Int64),
            )
        )
        parts.append(counted.with_columns(role=pl.lit(role)))
    table = pl.concat(parts).sort("role", "type", "person", descending=[True, True, False])
    ends = [clopper_pearson(wrong, n) for wrong, n in table.select("n_different", "n_compared").iter_rows()]
    return table.with_columns(
        pl.Series("conf_low", [low for low, _ in ends], dtype=pl.Float64),
        pl.Series("conf_high", [high for _, high in ends], dtype=pl.Float64),
        error_rate=pl.col("n_different") / pl.col("n_compared"),
    ).select(list(spec.columns))


def clopper_pearson(count: int, n: int) -> tuple[float | None, float | None]:
    """Return the exact 95 % interval of a share of `count` in `n`; None without anybody."""
    from scipy.special import betaincinv

    if n == 0:
        return None, None
    tail = (1 - _LEVEL) / 2
    low = float(betaincinv(count, n - count + 1, tail)) if count else 0.0
    return low, float(betaincinv(count + 1, n - count, 1 - tail)) if count < n else 1.0


def _paired(rows: pl.DataFrame) -> dict[str, Any]:
    """Return the mean difference second − first with its t interval, and the correlation of the two."""
    from scipy.special import stdtr, stdtrit

    first, second = (rows[name].cast(pl.Float64).to_numpy() for name in ("first", "second"))
    gap, n = second - first, rows.height
    line: dict[str, Any] = {"mean_difference": float(gap.mean()), "reliability_kind": "correlation"}
    if n < _FEWEST:
        return line
    error = float(gap.std(ddof=1)) / n**0.5
    half = float(stdtrit(n - 1, 0.5 + _LEVEL / 2)) * error
    mean = line["mean_difference"]
    p = 2 * float(stdtr(n - 1, -abs(mean) / error)) if error > 0 else None
    varies = first.std() > 0 and second.std() > 0
    return line | {
        "difference_low": mean - half,
        "difference_high": mean + half,
        "p_value": p,
        "reliability": float(np.corrcoef(first, second)[0, 1]) if varies else None,
    }


def _agreement(rows: pl.DataFrame) -> dict[str, Any]:
    """Return Cohen's kappa: agreement beyond that of two people who answer by lot with these shares."""
    n = rows.height
    if n < _FEWEST:
        return {"reliability_kind": "kappa"}
    agree = int((rows["first"] == rows["second"]).sum()) / n
    shares = rows.group_by("first").len().join(rows.group_by("second").len(), left_on="first", right_on="second")
    chance = float((shares["len"].cast(pl.Float64) * shares["len_right"]).sum()) / n**2
    return {"reliability": (agree - chance) / (1 - chance) if chance < 1 else None, "reliability_kind": "kappa"}


def _has_codes(study: Study, name: str) -> bool:
    assert study.instrument is not None
    codebook = study.instrument.codebook
    return name in codebook.names and codebook.field(name).allowed is not None


def _personal(study: Study, name: str) -> bool:
    assert study.instrument is not None
    return is_personal(study.instrument.codebook, name)
