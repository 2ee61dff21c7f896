"""The simulated Hubei study, from the .sav to the finished documents."""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from tests.cases.pdf_text import pdf_pages
from tests.cases.present.walking import unbound

from liandong.evidence import TABLES

ROOT = Path(__file__).resolve().parents[2]
STUDY = ROOT / "examples" / "hubei" / "study.yaml"
PIPELINE = ROOT / "pipeline"
WITHOUT_ROWS = {"weights", "unanswered", "suppressions"}  # the study asks for everything else that there is
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
def bundle(example_bundle: Callable[[str], Path]) -> Path:
    return example_bundle("hubei")


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


def test_every_table_that_the_study_asks_for_has_rows(
    bundle: Path, assert_sound: Callable[[Path, set[str]], None]
) -> None:
    assert_sound(bundle, set(TABLES) - WITHOUT_ROWS)


def test_seven_untreated_people_cannot_carry_the_claim(bundle: Path) -> None:
    rows = _table(bundle, "verdicts").filter(pl.col("effect") == "social_work").rows(named=True)
    assert [row["outcome"] for row in rows] == ["belonging", "trust"]
    for row in rows:
        assert row["verdict"] == "cannot_carry"
        assert row["recommended"] is None
        assert row["reasons"].split("+")[0] == "few_untreated"
        assert (row["n_untreated"], row["clusters_with_untreated"]) == (7, 6)
        assert row["conf_low"] < 0 < row["conf_high"]
        assert row["mde_sd"] > 1, "only a difference of more than a standard deviation would have been found"
        assert row["mde_sd"] > row["estimate_sd"]


def test_many_providers_are_judged_by_cr2(bundle: Path) -> None:
    estimates = _table(bundle, "estimates").filter((pl.col("metric") == "points") & (pl.col("vcov") == "CR2"))
    rows = _table(bundle, "verdicts").filter(pl.col("effect") == "linkage").rows(named=True)
    assert len(rows) == 2
    for row in rows:
        assert (row["verdict"], row["recommended"], row["ci_method"]) == ("carries", "CR2", "CR2")
        key = [pl.col(name) == row[name] for name in ("effect", "outcome", "step", "term")]
        shown = estimates.filter(*key).row(0, named=True)
        for number in ("estimate", "std_error", "df", "p_value", "conf_low", "conf_high"):
            assert shown[number] == row[number]


def test_headline_of_the_multiverse_is_the_estimate(bundle: Path) -> None:
    specifications = _table(bundle, "specifications").filter(pl.col("is_headline"))
    assert specifications.height == 4, "two effects on two outcomes"
    estimates = _table(bundle, "estimates").filter(pl.col("is_treatment") & (pl.col("metric") == "points"))
    summary = _table(bundle, "multiverse")
    for row in specifications.iter_rows(named=True):
        key = [pl.col(name) == row[name] for name in ("effect", "outcome", "vcov")]
        shown = estimates.filter(*key).row(-1, named=True)
        for number in ("estimate", "std_error", "df", "p_value", "conf_low", "conf_high"):
            assert row[number] == pytest.approx(shown[number], rel=1e-9), number  # two routes to the same model
        found = summary.filter(*key[:2]).row(0, named=True)
        assert found["headline"] == row["estimate"]
        assert found["n_specifications"] >= 200


def test_plan_is_as_it_was_locked(bundle: Path) -> None:
    lock = json.loads((STUDY.parent / "plan.lock.json").read_text(encoding="utf-8"))
    plan = _table(bundle, "plan")
    assert set(plan["status"]) == {"locked"}
    assert {f"{kind}:{item}" for kind, item in plan.select("kind", "item").rows()} == set(lock["items"])


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_says_what_the_design_cannot_carry(bundle: Path, lang: str) -> None:
    page = (bundle / "report" / f"evaluation.{lang}.html").read_text(encoding="utf-8")
    text = " ".join(re.sub(r"<style.*?</style>|<script.*?</script>|<[^>]+>", " ", page, flags=re.DOTALL).split())
    said = {
        "zh": r"只有 ?7 ?人[^。]*不足以支持这一结论[^。]*",
        "en": r"\b7 untreated people[^;]*cannot carry this claim[^“]*",
    }
    (first, *_) = re.findall(said[lang], text)
    for row in _table(bundle, "verdicts").filter(pl.col("effect") == "social_work").iter_rows(named=True):
        assert f"{row['mde_sd']:.2f}" in text
    assert f"{_table(bundle, 'verdicts')['mde_sd'][0]:.2f}" in first, "the smallest effect stands in the same sentence"
    codes = {code for reasons in _table(bundle, "verdicts")["reasons"] for code in reasons.split("+")}
    assert not {code for code in codes if code in text}, "a reason without words is printed as its code"


def test_other_programs_answers_are_printed_as_in_the_appendix(bundle: Path) -> None:
    command = [sys.executable, "-m", "liandong", "explain-se", str(STUDY)]
    plain = {"COLUMNS": "80", "TERM": "dumb", "PYTHONIOENCODING": "utf-8"}
    result = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=ROOT / "pipeline", env={**os.environ, **plain}
    )
    assert (result.returncode, result.stderr) == (0, "")
    assert max(map(len, result.stdout.splitlines())) <= 80
    assert "\x1b" not in result.stdout
    table = _table(bundle, "explanations")
    blocks = re.split(r"\n(?=\w+ on \w+, step )", result.stdout)
    assert len(blocks) == 6, "three effects on two outcomes"
    for block in blocks:
        effect, outcome = re.match(r"(\w+) on (\w+)", block).groups()  # type: ignore[union-attr]
        rows = table.filter((pl.col("effect") == effect) & (pl.col("outcome") == outcome))
        assert rows.height >= 12
        for row in rows.iter_rows(named=True):
            line = next(li for li in block.splitlines() if row["convention"] in li.split())
            assert ("→" in line) == row["is_ours"]
            assert f"{row['p_value']:.3f}" in line
        verdict = _table(bundle, "verdicts").filter((pl.col("effect") == effect) & (pl.col("outcome") == outcome))
        (judged,) = verdict.rows(named=True)
        said = re.search(r"^Verdict: (.+?)\.$", block, flags=re.MULTILINE | re.DOTALL).group(1)  # type: ignore[union-attr]
        words = said.replace("\n", " ")
        if judged["verdict"] == "cannot_carry":
            assert words.startswith("this design cannot carry a conclusion: ")
        else:
            assert f"believe {judged['recommended']} (SE {judged['std_error']:.5f}, t(" in words
            assert f"p {judged['p_value']:.3f}" in words
        assert words.endswith(judged["reasons"].replace("+", ", "))


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
    texts = pdf_pages(bundle / "report" / f"evaluation.{lang}.pdf")
    assert len(texts) > 5
    word = "模拟" if lang == "zh" else "simulated"
    for number, page in enumerate(texts, start=1):
        assert word in page.lower(), f"page {number}"
    text = "".join(texts)
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


def test_a_second_run_and_report_give_the_same_bytes(bundle: Path, tmp_path: Path) -> None:
    again = tmp_path / "again"
    command = [sys.executable, "-m", "liandong", "report", str(STUDY), "--out", str(again), "--renderer", "embedded"]
    result = subprocess.run([*command, "--lang", "zh"], capture_output=True, text=True, check=False, cwd=PIPELINE)
    assert result.returncode == 0, result.stderr
    documents = [f"evaluation.zh.{form}" for form in ("html", "pdf", "docx")]
    assert result.stdout.splitlines() == [str(again / "report" / name) for name in documents]
    tables = sorted(file.name for file in (bundle / "tables").iterdir())
    assert tables == sorted(file.name for file in (again / "tables").iterdir())
    for name in (*(f"tables/{table}" for table in tables), *(f"report/{document}" for document in documents)):
        assert (again / name).read_bytes() == (bundle / name).read_bytes(), name


def test_a_current_bundle_is_not_run_again(bundle: Path, tmp_path: Path) -> None:
    again = Path(shutil.copytree(bundle, tmp_path / "again"))
    stamp = (again / "run.json").stat().st_mtime_ns
    command = [sys.executable, "-m", "liandong", "report", str(STUDY), "--out", str(again), "--renderer", "embedded"]
    some = [*command, "--lang", "en", "--format", "docx"]
    result = subprocess.run(some, capture_output=True, text=True, check=False, cwd=PIPELINE)
    assert result.returncode == 0, result.stderr
    assert (again / "run.json").stat().st_mtime_ns == stamp
    assert (again / "report" / "evaluation.en.docx").read_bytes() == (bundle / "report/evaluation.en.docx").read_bytes()


def test_tables_are_those_kept(bundle: Path, assert_golden: Callable[[str, Path], None]) -> None:
    assert_golden("hubei", bundle)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_number_of_the_text_can_be_traced_in_all_formats(bundle: Path, lang: str) -> None:
    assert unbound(bundle, "evaluation", lang) == []
