from __future__ import annotations

import math
from typing import Any

import polars as pl
import pytest

from liandong.evidence import TABLES, conform


def _items(**changed: Any) -> pl.DataFrame:
    row = {
        "scale": "belonging", "item": "b1", "reversed": False, "n_obs": 3, "mean": 1.0, "sd": 0.5, "item_rest": 0.4,
        "alpha_if_dropped": None,
    }  # fmt: skip
    return pl.DataFrame([{**row, **changed}], schema=dict(TABLES["items"].columns))


def test_columns_come_in_the_declared_order() -> None:
    shuffled = _items().select(sorted(_items().columns))
    assert conform("items", shuffled).columns == list(TABLES["items"].columns)


@pytest.mark.parametrize("frame", [_items().drop("sd"), _items().with_columns(extra=pl.lit(1))])
def test_missing_and_undeclared_columns_are_defects(frame: pl.DataFrame) -> None:
    with pytest.raises(ValueError, match="table items"):
        conform("items", frame)


def test_key_must_identify_a_row() -> None:
    with pytest.raises(ValueError, match="does not identify a row"):
        conform("items", pl.concat([_items(), _items(mean=2.0)]))


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (1 / 3, 0.333333333333),
        (1e-12, 1e-12),
        (-2.0000000000001e-7, -2e-7),
        (123456789012345.6, 123456789012000.0),
        (math.inf, math.inf),
        (None, None),
    ],
)
def test_reals_carry_twelve_significant_digits(value: float | None, written: float | None) -> None:
    assert conform("items", _items(mean=value))["mean"].item() == written


def test_rounding_noise_beside_large_values_is_zero() -> None:
    frame = pl.concat([_items(item="b1", mean=4.0), _items(item="b2", mean=3e-14)])
    assert conform("items", frame)["mean"].to_list() == [4.0, 0.0]


def test_every_key_is_a_column() -> None:
    for spec in TABLES.values():
        assert set(spec.key) <= set(spec.columns), spec.name


def test_a_p_value_beside_billions_is_kept() -> None:
    values = [
        {"claim": "a", "check": "test", "name": name, "value": value} for name, value in (("p", 0.02), ("y", 1e13))
    ]
    table = conform("claim_values", pl.DataFrame(values))
    assert table["value"].to_list() == [0.02, 1e13]
