"""Ten damaged copies of real and made files of every format: an error, or what the header announces; never a crash.

`make fuzz` does the same with hundreds; the seed fixes which bytes change.
"""

from __future__ import annotations

import os
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from benchmarks.damage import FORMATS, judge, make_files, rows, variants, whole_files

from liandong.errors import IngestError
from liandong.ingest import read_table, reading

SEED = 20_240_601
COPIES = 10
BINARY = [name for name in FORMATS if name != "sas7bcat"]


@pytest.fixture(scope="module")
def wholes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole")
    make_files(folder)
    return folder


@pytest.mark.parametrize("file_format", FORMATS)
def test_damaged_files_give_an_error_or_what_their_header_announces(
    file_format: str, wholes: Path, tmp_path: Path
) -> None:
    sound = whole_files(wholes, file_format)
    if not sound:
        pytest.skip("nothing here writes a SAS catalogue, and ../shared/data/awkward is not here")
    copies = list(variants(sound, tmp_path, COPIES, SEED))
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(judge, copies))
    wrong = {copy.path.name: said for copy, (verdict, said) in zip(copies, answers, strict=True) if verdict == "WRONG"}
    assert wrong == {}
    # Damage that nobody notices would test nothing.
    assert sum(verdict == "refused" for verdict, _ in answers) >= COPIES // 5


def test_the_files_that_are_damaged_are_whole(wholes: Path) -> None:
    sound = [whole for name in BINARY for whole in whole_files(wholes, name) if whole.path.parent == wholes]
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(judge, sound))
    assert {whole.path.name for whole, (verdict, _) in zip(sound, answers, strict=True) if verdict != "read"} == set()
    assert {whole.path.suffix[1:] for whole in sound} == set(BINARY)


def other_contents(wholes: Path) -> dict[str, bytes]:
    empty_zip = b"PK\x05\x06" + bytes(18)
    return {
        **{path.name: path.read_bytes() for path in wholes.iterdir() if path.stem != "packed"},
        "page.html": "<html><table><tr><td>编号</td></tr></table></html>".encode(),
        "empty.zip": empty_zip,
        "text.csv": b"id,name\n1,a\n" * 300,
        "zeros": bytes(9_000),
        "noise": os.urandom(9_000),
    }


@pytest.mark.parametrize("suffix", BINARY)
def test_what_is_of_another_format_is_refused_under_any_suffix(suffix: str, wholes: Path, tmp_path: Path) -> None:
    for name, content in other_contents(wholes).items():
        if Path(name).suffix in {f".{suffix}", ".sav", ".zsav"} and suffix in {Path(name).suffix[1:], "sav", "zsav"}:
            continue
        path = tmp_path / f"{Path(name).stem}.{suffix}"
        path.write_bytes(content)
        with pytest.raises(IngestError) as caught:
            read_table(path)
        assert caught.value.where == path.name, name
        assert path.name in caught.value.zh


def test_a_zip_with_something_else_in_it_is_no_workbook(tmp_path: Path) -> None:
    path = tmp_path / "photos.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("photo.jpg", b"\xff\xd8\xff")
    with pytest.raises(IngestError) as caught:
        read_table(path)
    assert caught.value.where == "photos.xlsx"


@pytest.mark.parametrize("suffix", ["sav", "csv", "xlsx", "parquet"])
def test_what_is_no_ordinary_file_is_refused_at_once(suffix: str, tmp_path: Path) -> None:
    folder, pipe, loop, device = (tmp_path / f"{name}.{suffix}" for name in ("folder", "pipe", "loop", "device"))
    folder.mkdir()
    os.mkfifo(pipe)
    loop.symlink_to(loop)
    device.symlink_to("/dev/zero")
    said = {
        folder: "this is a folder",
        pipe: "this is a pipe or a device",
        loop: "no such file",
        device: "this is a pipe or a device",
        tmp_path / f"{'n' * 5_000}.{suffix}": "cannot be opened",
    }
    for path, message in said.items():
        with pytest.raises(IngestError, match=message):
            read_table(path)


def test_a_file_that_grows_while_it_is_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "growing.parquet"
    rows().write_parquet(path)
    run_child = reading.run_child

    def run_and_grow(*arguments: object, **options: object) -> object:
        found = run_child(*arguments, **options)  # type: ignore[arg-type]
        with path.open("ab") as file:
            file.write(b"more")
        return found

    monkeypatch.setattr(reading, "run_child", run_and_grow)
    with pytest.raises(IngestError) as caught:
        read_table(path)
    assert caught.value.where == "growing.parquet"


def test_a_text_file_that_grows_while_it_is_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "growing.csv"
    path.write_text("id\n1\n", encoding="utf-8")
    read_text = reading.read_delimited

    def read_and_grow(*arguments: object) -> object:
        found = read_text(*arguments)  # type: ignore[arg-type]
        with path.open("a", encoding="utf-8") as file:
            file.write("2\n")
        return found

    monkeypatch.setattr(reading, "read_delimited", read_and_grow)
    with pytest.raises(IngestError, match="changed while it was read"):
        read_table(path)


@pytest.mark.parametrize("file_format", [*BINARY, "csv"])
def test_the_file_is_never_written_to_and_its_folder_need_not_be(
    file_format: str, wholes: Path, tmp_path: Path
) -> None:
    if file_format == "csv":
        rows().write_csv(wholes / "survey.csv")
    source = next(path for path in sorted(wholes.iterdir()) if path.suffix == f".{file_format}")
    place = tmp_path / "only to read"
    place.mkdir()
    path = place / source.name
    path.write_bytes(source.read_bytes())
    path.chmod(0o440)
    place.chmod(0o550)
    before = path.stat()
    table = read_table(path)
    assert table.frame.height == table.row_count
    after = path.stat()
    assert (after.st_mtime_ns, after.st_mode, after.st_size) == (before.st_mtime_ns, before.st_mode, before.st_size)
    assert path.read_bytes() == source.read_bytes()
    assert [file.name for file in place.iterdir()] == [path.name]
    place.chmod(0o750)
