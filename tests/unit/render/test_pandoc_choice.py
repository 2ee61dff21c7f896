from __future__ import annotations

from pathlib import Path

import pypandoc
import pytest

from liandong.render.pandoc import pandoc_path, pandoc_version


@pytest.mark.parametrize("printed", ["pandoc 2.17", "pandoc 99.0"])
def test_another_pandoc_on_path_is_never_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, printed: str) -> None:
    other = tmp_path / "pandoc"
    other.write_text(f"#!/bin/sh\necho '{printed}'\n")
    other.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    pandoc_version.cache_clear()
    assert Path(pandoc_path()).is_relative_to(Path(pypandoc.__file__).parent)
    assert pandoc_version() not in printed
