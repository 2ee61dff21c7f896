"""The tables of the golden files; running this as a script (PYTHONPATH=pipeline:.) writes them anew."""

from __future__ import annotations

from pathlib import Path

from liandong.present import Cell, Row, Table, aligned, group, heads
from liandong.present.docx_table import docx_table
from liandong.present.html_table import html_table
from liandong.present.typst_table import typst_table

FOLDER = Path(__file__).parent
WRITERS = {"html": html_table, "typ": typst_table, "xml": docx_table}

NESTED = Table(
    id="nested",
    caption="社工服务：嵌套回归",
    columns=aligned("left", "decimal", 2),
    header=(heads("", ("社区归属感", 2)), heads("", "M1", "M2")),
    rows=(
        group("系数"),
        Row(("得到社工服务", "0.041", "0.020"), indent=1),
        Row(("", "(0.064)", "(0.070)"), kind="detail"),
        Row(("", Cell("[−0.090, 0.172]", "center"), Cell("[−0.123, 0.163]", "center")), kind="detail"),
        Row(("年龄", Cell("", "center"), "−0.00004"), indent=1),
        Row(("", "", "(0.00055)"), kind="detail"),
        Row(("样本量", Cell("525", "center"), Cell("525", "center")), rule=True),
    ),
    notes=("注：圆括号内为标准误。", "第二条注。"),
)

HOSTILE_TEXT = '<script>alert("1")</script> #evil $x$ *b* _i_ [l](u) & `c` \\ {{< meta x >}} @tbl-x ~s~ // --'
HOSTILE = Table(
    id="hostile",
    caption=HOSTILE_TEXT,
    columns=("left", "left", "right"),
    header=(heads(HOSTILE_TEXT, "<b>", "#let x = 1"),),
    rows=(group(HOSTILE_TEXT), Row((HOSTILE_TEXT, "]]>\x07\n```", "#(1)"))),
    notes=(HOSTILE_TEXT,),
)

if __name__ == "__main__":
    for table in (NESTED, HOSTILE):
        for ending, write in WRITERS.items():
            (FOLDER / f"{table.id}.{ending}").write_text(write(table) + "\n", encoding="utf-8", newline="\n")
