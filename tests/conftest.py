"""What tests of several rooms need: a workbook made by hand, the finished examples."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def example_bundle(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Give a function that returns the bundle and the reports of an example, to be read only.

    The command line makes them once for all processes of the tests; whoever wants to change one copies it.
    """
    own = tmp_path_factory.getbasetemp()
    place = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own

    def make(name: str) -> Path:
        out, report = place / "examples" / name, place / "examples" / f"{name}.txt"
        out.parent.mkdir(exist_ok=True)
        with _alone(report.with_suffix(".lock")):
            if not report.exists():
                study = ROOT / "examples" / name / "study.yaml"
                command = [sys.executable, "-m", "liandong", "report", str(study), "--out", str(out)]
                command += ["--renderer", "embedded"]
                result = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT / "pipeline")
                assert result.returncode == 0, result.stderr
                assert len(result.stdout.splitlines()) == 6, "piped output lists the six files and nothing else"
                report.write_text(result.stdout, encoding="utf-8")
        return out

    return make


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Hold a lock against the other processes of the tests, as long as the block lasts."""
    fcntl = pytest.importorskip("fcntl", reason="processes cannot take turns here")
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


WriteWorkbook = Callable[[Path, Mapping[str, Sequence[Sequence[Any]]]], Path]


@pytest.fixture
def write_workbook() -> WriteWorkbook:
    """Write an .xlsx workbook: sheet name → rows of texts, numbers, truth values, None, or one of these pairs.

    ("date", serial), ("percent", share), ("error", "#N/A"), ("formula", result), where the result may be None.
    """
    return _write_workbook


_SEEN = ("visible", "hidden")


def _write_workbook(
    path: Path,
    sheets: Mapping[str, Sequence[Sequence[Any]]],
    *,
    merged: Sequence[str] = (),
    hidden_sheets: Sequence[str] = (),
    hidden_rows: Sequence[int] = (),
    hidden_columns: Sequence[int] = (),
    from_1904: bool = False,
    with_places: bool = True,
) -> Path:
    names = list(sheets)
    spread = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    relations = "http://schemas.openxmlformats.org/package/2006/relationships"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    content = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    sheet_list = "".join(
        f'<sheet name="{escape(name)}" sheetId="{i}" state="{_SEEN[name in hidden_sheets]}" r:id="rId{i}"/>'
        for i, name in enumerate(names, 1)
    )
    links = "".join(
        f'<Relationship Id="rId{i}" Type="{office}/worksheet" Target="worksheets/sheet{i}.xml"/>'
        for i in range(1, len(names) + 1)
    )
    styles = f'<Relationship Id="rId0" Type="{office}/styles" Target="styles.xml"/>'
    overrides = "".join(
        f'<Override PartName="/xl/worksheets/sheet{i}.xml" ContentType="{content}.worksheet+xml"/>'
        for i in range(1, len(names) + 1)
    )
    parts = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{content}.sheet.main+xml"/>{overrides}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{relations}">'
        f'<Relationship Id="rId1" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{spread}" xmlns:r="{office}"><workbookPr date1904="{int(from_1904)}"/>'
        f"<sheets>{sheet_list}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{relations}">{links}{styles}</Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{spread}"><cellXfs><xf numFmtId="0"/><xf numFmtId="22"/>'
        '<xf numFmtId="9"/></cellXfs></styleSheet>',
    }
    for i, name in enumerate(names, 1):
        rows = "".join(
            f'<row hidden="{int(number in hidden_rows)}">'
            + "".join(_cell(cell, f"{chr(65 + j)}{number}" if with_places else "") for j, cell in enumerate(row))
            + "</row>"
            for number, row in enumerate(sheets[name], 1)
        )
        columns = "".join(f'<col min="{j}" max="{j}" hidden="1"/>' for j in hidden_columns)
        ranges = "".join(f'<mergeCell ref="{place}"/>' for place in merged)
        parts[f"xl/worksheets/sheet{i}.xml"] = (
            f'<worksheet xmlns="{spread}"><cols>{columns}</cols><sheetData>{rows}</sheetData>'
            f"<mergeCells>{ranges}</mergeCells></worksheet>"
        )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, f'<?xml version="1.0" encoding="UTF-8"?>{text}')
    return path


def _cell(value: Any, place: str) -> str:
    at = f' r="{place}"' if place else ""
    if value is None:
        return f"<c{at}/>"
    if isinstance(value, bool):
        return f'<c{at} t="b"><v>{int(value)}</v></c>'
    if isinstance(value, tuple):
        kind, content = value
        return _special_cell(kind, content, at)
    if isinstance(value, int | float):
        return f"<c{at}><v>{value}</v></c>"
    return f'<c{at} t="inlineStr"><is><t>{escape(value)}</t></is></c>'


def _special_cell(kind: str, value: Any, at: str) -> str:
    result = "" if value is None else value
    return {
        "date": f'<c{at} s="1"><v>{value}</v></c>',
        "percent": f'<c{at} s="2"><v>{value}</v></c>',
        "error": f'<c{at} t="e"><v>{value}</v></c>',
        "formula": f"<c{at}><f>A1+1</f><v>{result}</v></c>",
    }[kind]
