"""`liandong power`: the answer in words, the table, the curve, and every wrong value at once."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from liandong.cli import main
from liandong.errors import DefinitionError, ExitCode, OutputError
from liandong.inference import PlannedDesign, planned_effect
from liandong.workflow import plan_power

PLAN = ["--clusters", "32", "--size", "19", "--icc", "0.05"]
VALUES = {"clusters": 32, "size": 19.0, "icc": 0.05}


def test_the_smallest_effect_is_said_in_words_with_a_table_around_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["power", *PLAN, "--effect", "0.2"]) == ExitCode.DONE
    out = capsys.readouterr().out
    expected = planned_effect(PlannedDesign(32, 19, 0.05)).effect
    assert f"Smallest detectable effect: {expected:.3f} standard deviations" in out
    assert "30 degrees of freedom" in out
    assert "takes 81 clusters" in out
    lines = out.splitlines()
    own = next(line for line in lines if line.split()[:2] == ["32", "19"])
    assert f"{expected:.3f}" in own
    assert max(map(len, lines)) <= 140  # fits a wide terminal


def test_individual_assignment_finds_smaller_effects_and_says_what_it_supposes() -> None:
    whole, person = (plan_power({**VALUES, "assignment": unit}) for unit in ("cluster", "individual"))
    assert person.found.effect < whole.found.effect
    assert "same effect in every cluster" in person.notes[0]


def test_few_treated_clusters_are_pointed_out() -> None:
    assert plan_power(VALUES).notes == ()
    few = plan_power({**VALUES, "share_treated": 0.1}).notes
    assert "no whole number" in few[0]
    assert "3.2 clusters in the smaller arm" in few[1]


def test_every_wrong_value_is_named_at_once_by_its_option(capsys: pytest.CaptureFixture[str]) -> None:
    wrong = ["--clusters", "3", "--icc", "1", "--share-treated", "0", "--power", "1.2", "--curve", "x.pdf"]
    assert main(["power", *wrong, "--effect", "0"]) == ExitCode.DEFINITIONS
    error = capsys.readouterr().err
    for option in ("--clusters", "--size", "--icc", "--share-treated", "--power", "--curve", "--effect"):
        assert f"- {option}:" in error
    assert "7 problems" in error


def test_nothing_given_asks_for_what_is_required() -> None:
    with pytest.raises(DefinitionError) as error:
        plan_power({"clusters": None})
    assert [(p.where, p.message) for p in error.value.problems] == [
        (name, "is required") for name in ("--clusters", "--size", "--icc")
    ]


def test_the_curve_as_numbers_goes_through_the_planned_design(tmp_path: Path) -> None:
    file = tmp_path / "curve.csv"
    result = plan_power(VALUES, curve=file)
    curve = pl.read_csv(file)
    assert curve.columns == ["clusters", "size", "icc", "std_error", "df", "effect"]
    assert curve["icc"].unique().sort().to_list() == [0.025, 0.05, 0.1]
    assert curve.filter(clusters=32, icc=0.05)["effect"].item() == pytest.approx(result.found.effect, rel=1e-12)
    assert [path.name for path in tmp_path.iterdir()] == ["curve.csv"]


@pytest.mark.parametrize(("suffix", "head"), [(".svg", b"<svg"), (".png", b"\x89PNG")])
def test_the_curve_is_drawn_to_the_very_file_named(tmp_path: Path, suffix: str, head: bytes) -> None:
    file = tmp_path / f"curve{suffix}"
    plan_power(VALUES, curve=file)
    assert file.read_bytes().startswith(head)
    assert [path.name for path in tmp_path.iterdir()] == [file.name]


def test_a_design_without_clustering_has_a_curve_too(tmp_path: Path) -> None:
    plan_power({**VALUES, "icc": 0.0, "clusters": 5, "share_treated": 0.2}, curve=tmp_path / "c.csv")
    curve = pl.read_csv(tmp_path / "c.csv")
    assert curve["icc"].unique().sort().to_list() == [0.0, 0.05, 0.1]
    assert curve.filter(clusters=4)["effect"].null_count() == 3  # a fifth of four clusters is nobody


def test_a_curve_that_cannot_be_written_is_an_output_error(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot be written"):
        plan_power(VALUES, curve=tmp_path / "absent" / "c.csv")
