"""Codes and words for missing answers are told from answers."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from liandong.scaffold.missing_words import kind_of_label, kind_of_words, suspicious_codes


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("（跳过）", "not_applicable"),
        ("(跳过)", "not_applicable"),
        ("不适用", "not_applicable"),
        ("N/A", "not_applicable"),
        ("不知道", "dont_know"),
        ("Don't know", "dont_know"),
        ("98. Don’t know / can't say", "dont_know"),
        ("拒答", "refused"),
        ("拒绝回答", "refused"),
        ("Refused", "refused"),
        ("(空)", "no_answer"),
        ("未填写", "no_answer"),
        ("同意", None),
        ("不同意", None),
        ("没有", None),
        ("Naples", None),
        ("", None),
    ],
)
def test_words_name_a_kind_or_none(words: str, kind: str | None) -> None:
    assert kind_of_words(words) == kind


def test_a_word_in_the_middle_of_a_scale_is_an_answer() -> None:
    assert kind_of_label("说不清", 3, [1, 2, 4, 5]) is None
    assert kind_of_label("说不清", 8, [1, 2, 3, 4, 5]) == "dont_know"
    assert kind_of_label("不确定", 3, [1, 2, 4, 5]) is None


@pytest.mark.parametrize(
    ("numbers", "codes"),
    [
        ([1, 2, 3, 4, 5, 98, 99], (98, 99)),
        ([-9, -1, 0, 1, 2], (-9, -1)),
        ([-3, 0, 1], (-3,)),
        ([18, 40, 60, 97, 98, 99], (97, 98, 99)),
        ([18, 40, 95, 97, 98, 99], ()),  # ages: people are that old
        ([18, 40, 95, 999], (999,)),
        ([-20.0, -9.0, -1.0, 3.0], ()),  # degrees below zero
        ([97, 98, 99], ()),
        ([], ()),
    ],
)
def test_codes_stand_apart_from_answers(numbers: Sequence[float], codes: Sequence[float]) -> None:
    assert suspicious_codes(numbers) == codes
