from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
README, CHINESE = "README.md", "README.zh-CN.md"
PAGES = [
    README,
    CHINESE,
    "benchmarks/README.md",
    "data_schema/README.md",
    "docs/inference.md",
    "docs/inference.zh-CN.md",
    "docs/privacy.md",
    "docs/privacy.zh-CN.md",
    "docs/study.md",
    "docs/study.zh-CN.md",
]


def _text(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def _anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES)
def test_every_link_inside_the_project_leads_somewhere(page: str) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", _text(page)):
        if "://" in target:
            continue
        file, _, anchor = target.partition("#")
        found = (ROOT / page).parent / file if file else ROOT / page
        assert found.exists(), target
        assert not anchor or anchor in _anchors(found), target


def test_both_readmes_name_every_command() -> None:
    from liandong.cli.app import app

    commands = {str(command.name or command.callback.__name__) for command in app.registered_commands}  # type: ignore[union-attr]
    assert len(commands) >= 7
    for page in (README, CHINESE):
        assert set(re.findall(r"`liandong ([a-z-]+)", _text(page))) == commands


def _rates(page: str) -> list[list[str]]:
    rows = re.findall(r"^\|[^|]+((?:\| *(?:\d+\.\d|–|nothing can|都不能) *)+)\|$", _text(page), flags=re.MULTILINE)
    return [[cell.strip() for cell in row.strip("| ").split("|")] for row in rows]


def test_rejection_rates_of_the_readmes_are_those_of_the_benchmarks() -> None:
    measured = {tuple(row[:6]): row[6] for row in _rates("benchmarks/README.md")}
    for page in (README, CHINESE):
        shown = _rates(page)
        assert len(shown) == 4
        for *rates, recommended in shown:
            believed = measured[tuple(rates)]
            assert (recommended == believed) or (believed == "–" and recommended in {"nothing can", "都不能"})
