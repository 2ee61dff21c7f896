from __future__ import annotations

import pytest

from liandong.definitions import Language
from liandong.errors import RenderError
from liandong.evidence import Bundle
from liandong.present import open_page
from liandong.present.escaping import typeset
from liandong.present.facts import Facts, fullest_row, read_facts


def test_a_missing_row_is_named_with_table_and_key(survey_facts: Facts) -> None:
    with pytest.raises(RenderError, match=r"scale='hope'; 0 of 2 rows") as caught:
        survey_facts.value("scales", "alpha", scale="hope")
    assert caught.value.where == "tables/scales.csv"
    assert "scale='hope'" in caught.value.zh


def test_a_key_that_fits_several_rows_is_refused(survey_facts: Facts) -> None:
    with pytest.raises(RenderError, match="2 of 2 rows agree"):
        survey_facts.row("scales")


def test_an_undeclared_column_is_named(survey_facts: Facts) -> None:
    with pytest.raises(RenderError, match="no column 'alpah'; it has scale, n_items"):
        survey_facts.value("scales", "alpah", scale="trust")


def test_numbers_are_those_of_the_table(survey_facts: Facts) -> None:
    assert survey_facts.value("scales", "alpha", scale="trust") == 0.84


@pytest.mark.parametrize(
    ("text", "lang", "printed"),
    [
        ("Served by residents' own groups", "en", "Served by residents’ own groups"),
        ("The women's federation  knows", "en", "The women’s federation knows"),
        ("status == 'x' is no one's", "en", "status == 'x' is no one's"),
        ("「年龄」应不小于 18", "en", "「年龄」应不小于 18"),
        ("「年龄」应不小于 18", "zh", "“年龄”应不小于 18"),
        ("Women's", "zh", "Women's"),
    ],
)
def test_labels_have_the_quotation_marks_of_their_language(text: str, lang: Language, printed: str) -> None:
    assert typeset(text, lang) == printed


def test_names_fall_back_to_themselves(survey_facts: Facts, lang: Language) -> None:
    assert survey_facts.title("nobody_knows") == "nobody_knows"
    assert survey_facts.level("gender", "9") == "9"
    assert survey_facts.term("job=3") == {"zh": "工作：退休", "en": "Job: Retired"}[lang]


def test_a_column_of_codes_holds_things(survey_facts: Facts, lang: Language) -> None:
    assert survey_facts.cluster() == {"zh": "社区", "en": "community"}[lang]


def test_a_category_has_the_label_of_the_column_it_counts(survey_facts: Facts, lang: Language) -> None:
    assert survey_facts.category("sex", "2") == {"zh": "女", "en": "Female"}[lang]


def test_a_folded_line_leaves_no_space_between_chinese_characters(survey: Bundle) -> None:
    facts = read_facts(survey, "zh", bound=False)
    assert facts.text(survey.manifest["study"]["report"]["programme"]) == "项目自2020年起，在社区开展。"


def test_the_fullest_step_is_the_last_one(survey_facts: Facts) -> None:
    assert fullest_row(survey_facts, "social_work", "belonging")["step"] == "M2"
    with pytest.raises(RenderError, match="outcome='hope'"):
        fullest_row(survey_facts, "social_work", "hope")


def test_an_effect_has_its_own_assignment_or_that_of_the_design(trial_facts: Facts) -> None:
    effect = trial_facts.effects[0]
    assert trial_facts.assignment(effect)["kind"] == "randomised"
    assert trial_facts.assignment({**effect, "assignment": {"kind": "observational"}})["kind"] == "observational"


def test_a_folder_without_a_bundle_says_what_to_do() -> None:
    with pytest.raises(RenderError, match="no evidence bundle") as caught:
        open_page("nowhere", "en")
    assert "liandong run" in str(caught.value)


def test_a_manifest_without_a_study_is_refused() -> None:
    from pathlib import Path

    with pytest.raises(RenderError, match="does not describe a study"):
        read_facts(Bundle(Path("nowhere"), {}), "zh")
