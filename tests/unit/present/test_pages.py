"""The evaluation pages with their cells run, without a kernel: what stands, what is referred to, in both languages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.cases.present.in_process import run_page

from liandong.definitions import Language
from liandong.errors import RenderError
from liandong.evidence import Bundle
from liandong.present import open_page
from liandong.present.page import TABLE_NAMES
from liandong.present.sections import SECTIONS
from liandong.present.tables_indicators import GROUPS
from liandong.present.words import word

REPORTS = Path(__file__).resolve().parents[3] / "reports"
RAW = re.compile(r"^```\{=\w+\}\n.*?^```$", re.MULTILINE | re.DOTALL)
ESCAPED = re.compile(r"\\.")
LANGUAGES: tuple[Language, ...] = ("zh", "en")


@dataclass(frozen=True)
class Executed:
    """A page after its cells ran: everything, and what conditional content leaves standing."""

    whole: str
    shown: str
    metadata: dict[str, Any]

    @property
    def labels(self) -> list[str]:
        """Floats and sections that are shown, in order."""
        return re.findall(r"\{#((?:tbl|fig|sec)-[a-z0-9-]+)\}", self.shown)

    @property
    def references(self) -> set[str]:
        """What the shown text refers to; escaped text refers to nothing."""
        text = ESCAPED.sub("", RAW.sub("", self.shown))
        return set(re.findall(r"@((?:tbl|fig|sec)-[a-z0-9-]+)", text))


def execute(bundle: Bundle, lang: Language) -> Executed:
    text, metadata = run_page("evaluation", bundle.path, lang)
    return Executed(text, visible(text, metadata), metadata)


def visible(text: str, metadata: dict[str, Any]) -> str:
    """Leave out conditional divs whose switch is off, and those of other formats than HTML."""
    lines: list[str] = []
    open_divs: list[bool] = []
    fenced = False
    for line in text.splitlines():
        if line.startswith("```"):
            fenced = not fenced
        if not fenced and line.startswith("::: {"):
            switch = re.search(r'(when|unless)-meta="([\w-]+)"', line)
            shown = 'when-format="docx"' not in line or "unless" in line
            if switch:
                shown = (metadata.get(switch[2]) is True) == (switch[1] == "when")
            open_divs.append(shown)
            if "{#" in line and all(open_divs):
                lines.append(line)
        elif not fenced and line.strip() == ":::":
            open_divs.pop()
        elif all(open_divs):
            lines.append(line)
    assert not open_divs, "a div is not closed"
    return "\n".join(lines)


@pytest.fixture(scope="module", params=["survey", "trial", "audited"])
def kind(request: pytest.FixtureRequest) -> str:
    value: str = request.param
    return value


@pytest.fixture(scope="module")
def pages(kind: str, request: pytest.FixtureRequest) -> dict[Language, Executed]:
    bundle = request.getfixturevalue(kind)
    return {lang: execute(bundle, lang) for lang in LANGUAGES}


def test_both_languages_show_the_same_things_in_the_same_order(pages: dict[Language, Executed]) -> None:
    assert pages["zh"].labels == pages["en"].labels
    assert len(pages["zh"].labels) > 20


def test_nothing_is_labelled_twice(pages: dict[Language, Executed]) -> None:
    labels = pages["zh"].labels
    assert len(labels) == len(set(labels))


def test_every_reference_finds_what_it_refers_to(pages: dict[Language, Executed]) -> None:
    for page in pages.values():
        assert page.references - set(page.labels) == set()
        assert len(page.references) >= 8


def test_every_table_and_figure_has_a_caption_and_a_note(pages: dict[Language, Executed]) -> None:
    for page in pages.values():
        floats = re.split(r"^::: \{#(?=tbl-)", page.shown, flags=re.MULTILINE)[1:]
        for part in floats:
            assert 'class="ld-note"' in part, part[:60]


def test_the_survey_has_every_section(survey: Bundle) -> None:
    labels = execute(survey, "zh").labels
    order = [
        *("sec-summary", "tbl-key", "sec-sample", "tbl-survey", "tbl-flow", "tbl-validation", "tbl-missing"),
        *("tbl-profile", "sec-coverage", "fig-coverage", "tbl-coverage", "sec-participation", "tbl-participation"),
        *("sec-wellbeing", "tbl-needs", "fig-wellbeing", "tbl-wellbeing", "sec-results", "tbl-relations"),
        *("tbl-scales", "fig-distributions", "tbl-outcomes", "tbl-design", "tbl-nested-social-work"),
        *("fig-effect-social-work", "tbl-sizes-social-work", "sec-limitations", "sec-appendix", "tbl-indicators"),
        *("tbl-scale-definitions", "tbl-items", "tbl-coefficients-social-work-belonging", "tbl-crosscheck"),
        "tbl-versions",
    ]
    assert [label for label in labels if label in order] == order


def test_a_trial_without_scales_or_needs_has_no_trace_of_them(trial: Bundle) -> None:
    page = execute(trial, "en")
    for label in ("sec-wellbeing", "tbl-needs", "sec-scales", "tbl-scales", "fig-distributions", "tbl-items"):
        assert label not in page.labels
    assert {"tbl-nested-session", "tbl-nested-first-default"} <= set(page.labels)


def test_a_study_with_hardly_anything_still_has_a_page_whose_references_hold(make_bundle: Any, survey: Bundle) -> None:
    manifest = {**survey.manifest, "effects": [], "indicators": {}}
    rows = survey.table("indicators")
    tables = {
        "nothing": {},
        "profile_only": {"indicators": rows.filter(group="profile").rows(named=True)},
        "scale_without_distribution": {
            name: survey.table(name).rows(named=True) for name in ("scales", "items", "labels")
        },
    }
    for name, content in tables.items():
        bundle = make_bundle(name, manifest, content)
        for lang in LANGUAGES:
            page = execute(bundle, lang)
            assert page.references - set(page.labels) == set(), name
            assert not re.search(r"CR1|各模型|估计样本|of each model|estimation sample", page.shown), name


def test_verbs_follow_the_assignment(survey: Bundle, trial: Bundle) -> None:
    surveyed, tried = execute(survey, "en"), execute(trial, "en")
    assert "can be read as an effect" not in surveyed.shown
    assert "is an association" in surveyed.shown
    assert "can be read as an effect" in tried.shown
    assert "is an association" not in tried.shown


@pytest.mark.parametrize("lang", LANGUAGES)
def test_simulated_data_are_called_so_at_the_top_and_on_every_page(
    survey: Bundle, trial: Bundle, lang: Language
) -> None:
    page, other = execute(survey, lang), execute(trial, lang)
    note = word(lang, "running_simulated")
    assert re.sub(r"\\(.)", r"\1", page.metadata["running-note"]) == note
    assert f'<div class="ld-notice" role="note">{note}' in page.shown
    assert "::: {.callout-important" in page.whole
    assert "running-note" not in other.metadata
    assert 'class="ld-notice"' not in other.shown


def test_title_and_date_come_from_the_study(survey: Bundle) -> None:
    assert execute(survey, "zh").metadata["title"] == "社区服务评估"
    assert execute(survey, "zh").metadata["date"] == "2026年11月22日"
    assert execute(survey, "en").metadata["date"] == "22 November 2026"


def test_hostile_titles_stay_text(make_bundle: Any, survey: Bundle) -> None:
    title = {"zh": '<script>"x"</script> *a*: {{< meta y >}}', "en": "x"}
    manifest = {**survey.manifest, "study": {**survey.manifest["study"], "title": title}}
    tables = {"labels": survey.table("labels").rows(named=True)}
    page = execute(make_bundle("titles", manifest, tables), "zh")
    # What pandoc reads is Markdown in which every sign is escaped.
    assert re.sub(r"\\(.)", r"\1", page.metadata["title"]) == title["zh"]
    assert r"\<script\>" in page.metadata["title"]
    assert "{{< meta" not in page.whole


def test_an_unknown_table_or_figure_is_an_error_that_lists_the_known(survey: Bundle) -> None:
    page = open_page(str(survey.path), "en")
    with pytest.raises(RenderError, match="no table 'covrage'") as caught:
        page.table("covrage")
    assert "coverage" in str(caught.value)
    with pytest.raises(RenderError, match="no figure 'covrage'"):
        page.figure("covrage")
    assert page.figure("needs") == ""


def test_hidden_cells_are_called_hidden(survey: Bundle) -> None:
    table = open_page(str(survey.path), "en").table("coverage")
    assert "hidden" in table
    assert "fewer than 10 people" in table


def test_both_denominators_stand_side_by_side(survey: Bundle) -> None:
    table = open_page(str(survey.path), "zh").table("wellbeing")
    row = next(line for line in table.splitlines() if "不那么焦虑了" in line and line.startswith("<tr"))
    assert "192/618" in row
    assert "192/361" in row


def test_a_variable_that_fell_out_of_a_model_is_named_as_dropped(survey: Bundle) -> None:
    assert "dropped" in open_page(str(survey.path), "en").coefficients()


def test_the_readme_names_every_table_and_section_and_pages_use_each_section() -> None:
    readme = (REPORTS / "README.md").read_text(encoding="utf-8")
    names = {*SECTIONS, *(name for name in TABLE_NAMES if name not in GROUPS)}
    assert {name for name in names if not re.search(rf"\b{name}\b", readme)} == set()
    for lang in LANGUAGES:
        page = (REPORTS / lang / "evaluation.qmd").read_text(encoding="utf-8")
        assert {name for name in SECTIONS if f'page.section("{name}")' not in page} == set()
        assert {name for name in SECTIONS if f'when-meta="has-{name}"' not in page} == set()


def test_an_audited_survey_has_its_further_chapters_in_order(audited: Bundle) -> None:
    labels = execute(audited, "en").labels
    order = [
        *("sec-weights", "sec-primary", "tbl-inference-social-work", "sec-secondary"),
        *("sec-exploratory", "tbl-mediation-handover", "sec-robustness", "sec-balance", "sec-arms", "sec-multiplicity"),
        *("sec-sensitivity", "sec-multiverse", "fig-specifications-social-work-belonging", "sec-power", "sec-further"),
        *("sec-heterogeneity", "sec-dose", "sec-ordinal", "sec-limitations", "sec-explanations", "sec-influence"),
        "sec-plan",
    ]
    assert [label for label in labels if label in order] == order
