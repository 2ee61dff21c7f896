"""``liandong claims``, as an auditor types it: with real data, with simulated ones, and with figures alone."""

from __future__ import annotations

import io
import json
import shutil
import unicodedata
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from liandong.cli import main
from liandong.evidence import TABLES, read_bundle

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
SOURCE = {"title": "A report"}


@dataclass(frozen=True)
class Told:
    code: int
    out: str
    err: str
    bundle: Path

    def rows(self, **key: str) -> list[dict[str, Any]]:
        rows = read_bundle(self.bundle).table("claims").rows(named=True)
        return [row for row in rows if all(row[name] == value for name, value in key.items())]

    def verdict(self, claim: str) -> str:
        return str(self.rows(claim=claim, check="overall")[0]["verdict"])


def _run(*arguments: object, bundle: Path) -> Told:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main([*map(str, arguments), "--out", str(bundle)])
    return Told(code, out.getvalue(), err.getvalue(), bundle)


def _claims(study: Path, bundle: Path) -> Told:
    return _run("claims", study, "--no-report", bundle=bundle)


@pytest.fixture(scope="module")
def hubei(example_bundle: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Told:
    bundle = shutil.copytree(example_bundle("hubei"), tmp_path_factory.mktemp("hubei") / "bundle")
    return _claims(EXAMPLES / "hubei", bundle)


@pytest.fixture(scope="module")
def rice(example_bundle: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Told:
    bundle = shutil.copytree(example_bundle("rice_insurance"), tmp_path_factory.mktemp("rice") / "bundle")
    return _claims(EXAMPLES / "rice_insurance", bundle)


@pytest.fixture(scope="module")
def figures_alone(tmp_path_factory: pytest.TempPathFactory) -> Told:
    return _claims(EXAMPLES / "neimenggu", tmp_path_factory.mktemp("neimenggu") / "bundle")


def test_simulated_data_support_nothing_and_contradict_nothing(hubei: Told) -> None:
    assert hubei.code == 0
    assert "they support no figure" in " ".join(hubei.out.split())
    grim = hubei.rows(claim="improvement_anxiety", check="overall")[0]
    assert grim["found_in"] == "claims: claim=improvement_anxiety; check=grim"
    assert "192 of 618 people are 31.068%" in " ".join(hubei.out.split())
    assert "with a probability of 62%" in " ".join(hubei.out.split())
    verdicts = {row["claim"]: row["verdict"] for row in hubei.rows(check="overall")}
    assert not {"supported", "contradicted"} & set(verdicts.values())
    assert verdicts["improvement_anxiety"] == "consistent"
    assert verdicts["belonging_coefficient"] == verdicts["trust_significance"] == "doubtful"


def test_the_published_coefficient_is_far_below_what_the_design_finds(hubei: Told) -> None:
    values = read_bundle(hubei.bundle).table("claim_values")
    own = values.filter(claim="belonging_coefficient", check="detectability")
    found = dict(own.select("name", "value").iter_rows())
    assert found["n_untreated"] == 7
    assert found["mde_sd"] == pytest.approx(1.07, abs=0.005)  # 611 against 7, communities ignored
    assert 1.1 < found["mde_sd_data"] < 1.5  # with community effects, in the simulated communities
    assert found["times"] > 10


def test_all_checks_can_be_followed_to_a_published_row(hubei: Told, rice: Told) -> None:
    for told in (hubei, rice):
        bundle = read_bundle(told.bundle)
        followed = 0
        for row in told.rows():
            for place in filter(None, row["found_in"].split(" | ")):
                table, _, key = place.partition(": ")
                wanted = dict(part.split("=", 1) for part in key.split("; "))
                empty = {name: "" for name in TABLES[table].key if name not in wanted}
                rows = bundle.table(table).with_columns(pl.col(TABLES[table].key).cast(pl.String).fill_null(""))
                assert rows.filter(**{**wanted, **empty}).height == 1, place
                followed += 1
        assert followed > len(told.rows(check="overall"))


def test_every_claim_has_one_verdict_and_its_place_in_the_manifest(hubei: Told) -> None:
    listed = [claim["id"] for claim in read_bundle(hubei.bundle).manifest["claims"]]
    assert [row["claim"] for row in hubei.rows(check="overall")] == listed
    assert len(set(listed)) == len(listed) > 20


def test_real_data_support_a_documented_coefficient(rice: Told) -> None:
    assert rice.verdict("first_stage") == "supported"
    found = rice.rows(claim="first_stage", check="reproduction")[0]
    assert found["recomputed"] == pytest.approx(0.11802574, abs=5e-9)
    assert found["base"] == 1378
    assert rice.verdict("households") == "supported"
    assert rice.verdict("experiment_households") == "not_checkable"


def test_figures_alone_make_a_bundle_of_their_own(figures_alone: Told) -> None:
    assert figures_alone.code == 0
    assert {file.name for file in (figures_alone.bundle / "tables").iterdir()} == {
        "claims.csv",
        "claim_values.csv",
        "labels.csv",
    }
    bundle = read_bundle(figures_alone.bundle)
    assert bundle.manifest["complete"]
    assert bundle.manifest["rows"] == {"received": 0, "accepted": 0, "rejected": 0}
    assert bundle.table("indicators").is_empty()
    assert {row["verdict"] for row in figures_alone.rows()} == {"doubtful", "not_checkable"}
    told = " ".join(figures_alone.out.split())
    assert "22 published figures: 21 not checkable, 1 doubtful." in told  # of 35 claims 13 were never published
    assert "published nowhere: 13" in told
    assert "364,000 yuan per project" in told
    assert "47.63 million yuan" in told
    assert "supported" not in {row["verdict"] for row in figures_alone.rows()}


def test_a_bundle_of_figures_alone_is_not_made_twice(figures_alone: Told) -> None:
    manifest = figures_alone.bundle / "manifest.json"
    before = manifest.stat().st_mtime_ns
    again = _claims(EXAMPLES / "neimenggu", figures_alone.bundle)
    assert (again.code, again.out) == (0, figures_alone.out)
    assert manifest.stat().st_mtime_ns == before


@pytest.mark.parametrize("command", ["run", "report"])
def test_a_study_without_data_is_pointed_to_the_right_command(command: str, figures_alone: Told) -> None:
    told = _run(command, EXAMPLES / "neimenggu", bundle=figures_alone.bundle)
    assert told.code == 2
    assert "liandong claims" in told.err
    assert "Traceback" not in told.err


def test_verdicts_fit_a_narrow_terminal(hubei: Told, figures_alone: Told) -> None:
    for told in (hubei, figures_alone):
        assert "\x1b" not in told.out
        for line in told.out.splitlines():
            assert sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in line) <= 80, line


def _with_claims(small_study: Any, claims: list[dict[str, Any]], minimum_cell: int = 1) -> Path:
    reason = {"zh": "无关真人", "en": "Nobody real"}
    small_study.raw |= {"claims": "claims.yaml", "disclosure": {"minimum_cell": minimum_cell, "reason": reason}}
    path: Path = small_study.write()
    listed = [{"source": SOURCE, **claim} for claim in claims]
    (path.parent / "claims.yaml").write_text(yaml.safe_dump({"claims": listed}, allow_unicode=True), encoding="utf-8")
    return path


def test_models_that_cannot_be_estimated_leave_the_other_figures_checked(small_study: Any, tmp_path: Path) -> None:
    small_study.raw["simulated"] = False
    small_study.data = small_study.data.with_columns(served=pl.lit(1))
    people = {"id": "people", "kind": "count", "published": 40, "quantity": {"stage": "accepted"}}
    effect = {
        "id": "effect",
        "kind": "coefficient",
        "published": 1.5,
        "quantity": {"effect": "served", "outcome": "score"},
    }
    told = _claims(_with_claims(small_study, [people, effect]), tmp_path / "bundle")
    assert told.code == 0
    assert "models cannot be estimated" in " ".join(told.out.split())
    assert (told.verdict("people"), told.verdict("effect")) == ("supported", "not_checkable")


def test_what_is_hidden_cannot_be_found_by_claiming_it(small_study: Any, tmp_path: Path) -> None:
    small_study.raw["simulated"] = False
    instrument = small_study.folder / "instrument"
    instrument.mkdir(parents=True)
    shares = [("few", "age < 24"), ("half", "served == 1")]
    (instrument / "indicators.yaml").write_text(
        yaml.safe_dump({"indicators": [_share(name, numerator) for name, numerator in shares]}), encoding="utf-8"
    )
    few = small_study.data.filter(pl.col("age") < 24).height
    assert 0 < few < 10
    guesses = [
        {
            "id": f"few_{n}",
            "kind": "percent",
            "published": round(100 * n / 40, 1),
            "n": 40,
            "quantity": {"indicator": "few"},
        }
        for n in range(1, 10)
    ]
    half = {"id": "half", "kind": "percent", "published": 50, "n": 40, "quantity": {"indicator": "half"}}
    told = _claims(_with_claims(small_study, [*guesses, half], 10), tmp_path / "bundle")
    assert told.code == 0
    assert told.verdict("half") == "supported"
    # the right guess looks like all others, but for the figures that were guessed
    assert {row["reason"] for row in told.rows(check="reproduction")} - {"reproduction_exact"} == {
        "reproduction_hidden"
    }
    assert {told.verdict(guess["id"]) for guess in guesses} == {"consistent"}


def _share(name: str, numerator: str) -> dict[str, Any]:
    return {
        "id": name, "group": "profile", "title": {"zh": name, "en": name}, "numerator": numerator,
        "source": {"citation": "by hand"},
    }  # fmt: skip


def test_a_bundle_made_from_data_is_not_given_up_for_figures_alone(small_study: Any, tmp_path: Path) -> None:
    people = {"id": "people", "kind": "count", "published": 40, "quantity": {"stage": "accepted"}}
    path = _with_claims(small_study, [people])
    assert _claims(path, tmp_path / "bundle").code == 0
    before = (tmp_path / "bundle" / "manifest.json").read_bytes()
    (path.parent / small_study.file).unlink()
    told = _claims(path, tmp_path / "bundle")
    assert (told.code, told.out) == (7, "")
    assert "choose another place with --out" in told.err
    assert (tmp_path / "bundle" / "manifest.json").read_bytes() == before
    elsewhere = _claims(path, tmp_path / "other")
    assert elsewhere.code == 0
    assert json.loads((tmp_path / "other" / "manifest.json").read_text(encoding="utf-8"))["without_data"]


def test_a_study_without_claims_says_so(small_study: Any, tmp_path: Path) -> None:
    told = _claims(small_study.write(), tmp_path / "bundle")
    assert (told.code, told.out) == (2, "")
    assert "study.yaml: claims" in told.err
    assert not (tmp_path / "bundle").exists()
