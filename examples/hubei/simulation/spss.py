"""Write the survey as an SPSS file whose labels come from the codebook, with the same bytes every time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from simulation.draws import Columns
from simulation.missing import BLANK

from liandong.definitions import Codebook, Field

FILE_LABEL = "SIMULATED DATA, NOT A SURVEY 模拟数据，非真实调查"  # at most 64 bytes
NOTES = (
    "SIMULATED: no real person answered.",
    "模拟数据，不含任何真实受访者的回答。",
    "Constructed to reproduce published figures of the Hubei study.",
    "按湖北五社联动研究已发表的数字构造。",
    "Written by examples/hubei/simulate.py (liandong).",
)
# SPSS puts the time of writing at byte 92 of the header: nine characters of date, then eight of time. A fixed
# moment stands there instead, so that the same script gives the same file.
STAMP_AT = 92
STAMP = b"01 Jan 2100:00:00"


def write_spss(path: Path, columns: Columns, codebook: Codebook) -> None:
    """Write `columns` in the order of the codebook, with variable labels, value labels and user-missing codes."""
    import pandas as pd
    import pyreadstat

    assert len(FILE_LABEL.encode()) <= 64
    frame = pd.DataFrame({field.name: _values(columns[field.name], field) for field in codebook.fields})
    coded = [field for field in codebook.fields if field.type == "integer"]
    pyreadstat.write_sav(
        frame,
        path,
        file_label=FILE_LABEL,
        column_labels={field.name: field.title for field in codebook.fields},
        row_compress=True,
        note=list(NOTES),
        variable_value_labels={field.name: labels for field in coded if (labels := _labels(field))},
        missing_ranges={field.name: codes for field in coded if (codes := _missing_codes(field))},
        variable_measure={field.name: _measure(field) for field in codebook.fields},
        variable_format={field.name: "F3.0" for field in coded},
    )
    content = bytearray(path.read_bytes())
    content[STAMP_AT : STAMP_AT + len(STAMP)] = STAMP
    path.write_bytes(content)


def _values(values: Any, field: Field) -> Any:
    if field.type == "integer":
        numbers = values.astype(np.float64)
        numbers[values == BLANK] = np.nan
        return numbers
    if field.type == "datetime":
        return values.astype("datetime64[ms]")
    return values.astype(object)


def _labels(field: Field) -> dict[int | float, str]:
    labels: dict[int | float, str] = {value: str(label) for value, label in field.category_labels("zh").items()}
    return labels | {int(entry.value): str(entry.label) for entry in field.missing_values or () if entry.value}


def _missing_codes(field: Field) -> list[Any]:
    return [int(code) for code in field.liandong.missing_kinds]


def _measure(field: Field) -> str:
    if field.categories is None:
        return "scale" if field.type in {"integer", "datetime"} else "nominal"
    return "ordinal" if getattr(field, "categoriesOrdered", False) else "nominal"
