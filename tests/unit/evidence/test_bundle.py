from __future__ import annotations

import errno
import stat
from pathlib import Path

import polars as pl
import pytest

from liandong.errors import OutputError
from liandong.evidence import TABLES, read_bundle, sha256, writing_bundle

LABELS = pl.DataFrame(
    {
        "kind": ["field", "level"],
        "name": ["q1", "q1"],
        "level": ["", "1"],
        "zh": ['第一题，"引号"\n换行', "是"],
        "en": ["", "=1+1"],
        "source": [None, ""],
    }
)


def _contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_table_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    with writing_bundle(tmp_path / "b") as writer:
        written = writer.table("labels", LABELS)
        writer.manifest({"complete": True})
    bundle = read_bundle(tmp_path / "b")
    assert bundle.table("labels").equals(written)
    assert bundle.table("estimates").equals(TABLES["estimates"].empty())


def test_manifest_hashes_the_files_beside_it(tmp_path: Path) -> None:
    with writing_bundle(tmp_path / "b") as writer:
        writer.table("labels", LABELS)
        writer.restricted_csv("corrections", LABELS)
        writer.manifest({})
    files = read_bundle(tmp_path / "b").manifest["files"]
    assert files == {
        name: sha256(tmp_path / "b" / name) for name in ("restricted/corrections.csv", "tables/labels.csv")
    }


def test_only_the_owner_enters_restricted(tmp_path: Path) -> None:
    with writing_bundle(tmp_path / "b") as writer:
        writer.restricted_parquet("responses", LABELS)
    assert stat.S_IMODE((tmp_path / "b" / "restricted").stat().st_mode) == 0o700


def test_an_error_leaves_the_old_bundle_as_it_was(tmp_path: Path) -> None:
    target = tmp_path / "b"
    with writing_bundle(target) as writer:
        writer.table("labels", LABELS)
        writer.manifest({"complete": True})
    before = _contents(target)
    with pytest.raises(ValueError, match="identify"), writing_bundle(target) as writer:
        writer.table("labels", pl.concat([LABELS, LABELS]))
    assert _contents(target) == before
    assert [path.name for path in tmp_path.iterdir()] == ["b"]


def test_a_new_bundle_replaces_the_old_one_whole(tmp_path: Path) -> None:
    target = tmp_path / "b"
    with writing_bundle(target) as writer:
        writer.restricted_csv("corrections", LABELS)
        writer.manifest({})
    with writing_bundle(target) as writer:
        writer.table("labels", LABELS)
        writer.manifest({})
    assert set(_contents(target)) == {"manifest.json", "tables/labels.csv"}
    assert [path.name for path in tmp_path.iterdir()] == ["b"]


def test_a_folder_of_other_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").write_text("three years")
    with pytest.raises(OutputError, match="other files"), writing_bundle(tmp_path):
        pytest.fail("nothing may be written")
    assert _contents(tmp_path) == {"thesis.docx": b"three years"}


@pytest.mark.parametrize("place", ["file", "file/below"])
def test_a_file_in_the_way_is_an_output_error(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError), writing_bundle(tmp_path / place):
        pytest.fail("nothing may be written")


def test_an_error_about_another_file_is_not_one_about_the_place_of_the_bundle(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), writing_bundle(tmp_path / "b"):
        (tmp_path / "wave2.csv").read_bytes()
    with pytest.raises(OSError, match="Invalid argument"), writing_bundle(tmp_path / "b"):
        raise OSError(errno.EINVAL, "Invalid argument")
    assert not [*tmp_path.iterdir()]


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        pl.exceptions.ComputeError("parquet: underlying IO error: No space left on device (os error 28)"),
    ],
)
def test_a_full_disk_is_an_output_error_however_it_is_told(tmp_path: Path, error: Exception) -> None:
    with pytest.raises(OutputError, match="No space left"), writing_bundle(tmp_path / "b"):
        raise error


def test_a_file_of_the_bundle_that_cannot_be_written_is_an_output_error(tmp_path: Path) -> None:
    with pytest.raises(OutputError), writing_bundle(tmp_path / "b") as writer:
        (writer.folder / "missing" / "run.json").write_text("{}")


def test_everything_below_restricted_is_the_owners_alone(tmp_path: Path) -> None:
    with writing_bundle(tmp_path / "b") as writer:
        writer.restricted_csv("corrections", LABELS)
        LABELS.write_parquet(writer.restricted_file("quality/interviews.parquet"))
        writer.restricted_file("quality/open.csv").chmod(0o644)
        writer.manifest({})
    modes = {
        path.relative_to(tmp_path / "b").as_posix(): stat.S_IMODE(path.stat().st_mode)
        for path in (tmp_path / "b" / "restricted").rglob("*")
    }
    assert modes == {
        "restricted/corrections.csv": 0o600,
        "restricted/quality": 0o700,
        "restricted/quality/interviews.parquet": 0o600,
        "restricted/quality/open.csv": 0o600,
    }


def test_a_spreadsheet_finds_no_formula_in_a_row_level_file(tmp_path: Path) -> None:
    rows = pl.DataFrame({"=cmd|x": ["=1+1", " @a", "-3", "'=2", "一，\n二"]})
    with writing_bundle(tmp_path / "b") as writer:
        writer.restricted_csv("corrections", rows)
    written = (tmp_path / "b" / "restricted" / "corrections.csv").read_text(encoding="utf-8")
    assert written == "'=cmd|x\n'=1+1\n' @a\n-3\n''=2\n\"一，\n二\"\n"


def test_a_table_of_field_supervision_stays_in_the_restricted_folder(tmp_path: Path) -> None:
    days = pl.DataFrame(
        {
            "interviewer": "I1",
            "day": "2026-05-01",
            "n": 3,
            "n_communities": 1,
            "minutes_median": 20.0,
            "minutes_total": None,
        }
    )
    with writing_bundle(tmp_path / "b") as writer:
        written = writer.restricted_table("interviewer_days", days)
        writer.manifest({})
    folder = tmp_path / "b" / "restricted"
    assert stat.S_IMODE(folder.stat().st_mode) == stat.S_IMODE((folder / "quality").stat().st_mode) == 0o700
    bundle = read_bundle(tmp_path / "b")
    assert bundle.restricted_table("interviewer_days").equals(written)
    assert bundle.restricted_table("to_do").is_empty()
    with pytest.raises(KeyError):
        bundle.table("interviewer_days")
