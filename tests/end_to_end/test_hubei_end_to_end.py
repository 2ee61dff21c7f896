"""The simulated Hubei study, from the .sav to the finished documents."""

from __future__ import annotations

import json
import re
import stat
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

ROOT = Path(__file__).resolve().parents[2]
STUDY = ROOT / "examples" / "hubei" / "study.yaml"
PUBLISHED = {
    ("coverage_social_worker", "all"): 611,
    ("coverage_community", "all"): 504,
    ("improvement_anxiety", "all"): 192,
    ("improvement_sleep", "all"): 187,
    ("improvement_appetite", "all"): 144,
    ("improvement_hope", "all"): 116,
    ("improvement_depression", "all"): 95,
    ("improvement_integration", "all"): 102,
    ("improvement_social", "all"): 92,
    ("improvement_family", "all"): 26,
}


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("hubei") / "bundle"
    command = [sys.executable, "-m", "liandong", "report", str(STUDY), "--out", str(out), "--renderer", "embedded"]
    result = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT / "pipeline")
    assert result.returncode == 0, result.stderr
    assert len(result.stdout.splitlines()) == 6, "piped output lists the six files and nothing else"
    return out


def _table(bundle: Path, name: str) -> pl.DataFrame:
    return pl.read_csv(bundle / "tables" / f"{name}.csv", infer_schema_length=None)


def test_rows_in_are_accepted_plus_rejected(bundle: Path) -> None:
    rows = json.loads((bundle / "manifest.json").read_text(encoding="utf-8"))["rows"]
    assert rows["accepted"] == 618
    assert rows["received"] == rows["accepted"] + rows["rejected"]
    rejected = pl.read_parquet(bundle / "restricted" / "rejected.parquet")
    assert rejected.height == rows["rejected"] > 0
    assert rejected["_rules"].str.len_chars().min() > 0


def test_published_counts_come_out(bundle: Path) -> None:
    table = _table(bundle, "indicators").filter(pl.col("subgroup").is_null() & pl.col("category").is_null())
    found = {
        (row["indicator"], row["universe"]): (row["numerator_n"], row["denominator_n"])
        for row in table.iter_rows(named=True)
    }
    for key, count in PUBLISHED.items():
        assert found[key] == (count, 618), key


def test_both_denominators_are_given(bundle: Path) -> None:
    table = _table(bundle, "indicators").filter(pl.col("subgroup").is_null())
    for name in ("improvement_anxiety", "improvement_family"):
        rows = {row["universe"]: row for row in table.filter(pl.col("indicator") == name).iter_rows(named=True)}
        assert set(rows) == {"all", "in_need"}
        assert rows["in_need"]["denominator_n"] < rows["all"]["denominator_n"]
        assert rows["in_need"]["numerator_n"] == rows["all"]["numerator_n"]


def test_intervals_stay_inside_zero_and_one(bundle: Path) -> None:
    shares = _table(bundle, "indicators").filter((pl.col("unit") == "percent") & pl.col("estimate").is_not_null())
    assert shares.height > 100
    assert shares.filter((pl.col("conf_low") < 0) | (pl.col("conf_high") > 1)).is_empty()
    assert shares.filter(
        (pl.col("conf_low") > pl.col("estimate")) | (pl.col("conf_high") < pl.col("estimate"))
    ).is_empty()


def test_published_coefficients_come_out(bundle: Path) -> None:
    table = _table(bundle, "estimates").filter(
        pl.col("is_treatment")
        & (pl.col("effect") == "social_work")
        & (pl.col("metric") == "points")
        & (pl.col("vcov") == "CR1")
    )
    last = table.filter(pl.col("step") == table["step"].max())
    found = {row["outcome"]: row for row in last.iter_rows(named=True)}
    assert round(found["belonging"]["estimate"], 3) == 0.020
    assert round(found["trust"]["estimate"], 3) == 0.018
    for row in found.values():
        assert row["conf_low"] < 0 < row["conf_high"], "seven untreated people cannot carry the claim"


def test_design_counts_the_seven_untreated(bundle: Path) -> None:
    design = _table(bundle, "design").filter(pl.col("effect") == "social_work")
    assert (design["n_untreated"] <= 7).all()
    assert (design["clusters_with_untreated"] <= 7).all()


def test_linearmodels_agrees(bundle: Path) -> None:
    check = _table(bundle, "crosscheck")
    assert check.height > 0
    assert check["agrees"].all()


def test_restricted_folder_is_private(bundle: Path) -> None:
    assert stat.S_IMODE((bundle / "restricted").stat().st_mode) == 0o700


def test_manifest_hashes_every_file(bundle: Path) -> None:
    manifest = json.loads((bundle / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["complete"] is True
    assert manifest["study"]["simulated"] is True
    tables = {f"tables/{path.name}" for path in (bundle / "tables").iterdir()}
    assert tables <= set(manifest["files"])
    assert "/work" not in json.dumps(manifest)


@pytest.mark.parametrize(
    ("lang", "words"), [("zh", ["模拟", "98.9", "归属感"]), ("en", ["simulated", "98.9", "belonging"])]
)
def test_html_is_one_file_that_says_it_is_simulated(bundle: Path, lang: str, words: list[str]) -> None:
    page = (bundle / "report" / f"evaluation.{lang}.html").read_text(encoding="utf-8")
    for word in words:
        assert word in page or word.capitalize() in page
    assert not re.search(r'(?:src|href)="(?!#|data:|https?://)', page), "refers to a file beside it"
    assert not re.search(r'<(?:script|link|img)[^>]+(?:src|href)="https?://', page), "makes an external request"
    assert "?@" not in page
    assert "None" not in re.sub(r"<style.*?</style>|<script.*?</script>", "", page, flags=re.DOTALL)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_pdf_page_says_it_is_simulated(bundle: Path, lang: str) -> None:
    from pypdf import PdfReader

    reader = PdfReader(bundle / "report" / f"evaluation.{lang}.pdf")
    assert len(reader.pages) > 5
    word = "模拟" if lang == "zh" else "simulated"
    for number, page in enumerate(reader.pages, start=1):
        assert word in page.extract_text().lower(), f"page {number}"
    text = "".join(page.extract_text() for page in reader.pages)
    assert "0.020" in text
    assert "0.018" in text
    assert "?@" not in text


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_docx_has_real_tables_and_numbered_captions(bundle: Path, lang: str) -> None:
    import docx

    path = bundle / "report" / f"evaluation.{lang}.docx"
    document = docx.Document(str(path))
    assert len(document.tables) >= 6
    cells = {cell.text for table in document.tables for row in table.rows for cell in row.cells}
    assert any("0.020" in text for text in cells)
    first = "表 1" if lang == "zh" else "Table 1"
    paragraphs = [paragraph.text.replace("\u00a0", " ") for paragraph in document.paragraphs]
    assert any(text.startswith(first) for text in paragraphs)
    with zipfile.ZipFile(path) as archive:
        headers = "".join(
            archive.read(name).decode() for name in archive.namelist() if re.search(r"(header|footer)\d*\.xml", name)
        )
        assert ("模拟" if lang == "zh" else "imulated") in headers


def test_second_report_is_byte_identical_and_does_not_run_again(bundle: Path) -> None:
    files = sorted((bundle / "report").iterdir())
    before = {file.name: file.read_bytes() for file in files}
    stamp = (bundle / "run.json").stat().st_mtime_ns
    command = [sys.executable, "-m", "liandong", "report", str(STUDY), "--out", str(bundle), "--renderer", "embedded"]
    result = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT / "pipeline")
    assert result.returncode == 0, result.stderr
    assert (bundle / "run.json").stat().st_mtime_ns == stamp
    for name, content in before.items():
        assert (bundle / "report" / name).read_bytes() == content, name


def test_tables_are_those_kept(bundle: Path, assert_golden: Callable[[str, Path], None]) -> None:
    assert_golden("hubei", bundle)
