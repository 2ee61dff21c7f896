"""Answers in words are put in the order that their words suggest."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations

import pytest

from liandong.scaffold.ladders import is_ladder, order_of

LADDERS = [
    ["非常不同意", "不同意", "一般", "同意", "非常同意"],
    ["完全不同意", "不太同意", "说不上", "比较同意", "完全同意"],
    ["非常不满意", "不太满意", "一般", "比较满意", "非常满意"],
    ["完全不信任", "不太信任", "比较信任", "完全信任"],
    ["很差", "较差", "一般", "较好", "很好"],
    ["从不", "很少", "有时", "经常", "总是"],
    ["只有一两次", "大约每月一次", "每月两三次", "每周一次或更多"],
    ["小学及以下", "初中", "高中/中专", "大专", "本科及以上"],
    ["strongly disagree", "disagree", "neither agree nor disagree", "agree", "strongly agree"],
    ["Very dissatisfied", "Dissatisfied", "Neutral", "Satisfied", "Very satisfied"],
    ["never", "rarely", "sometimes", "often", "always"],
]
BANDS = [["18岁以下", "18-30岁", "31-60岁", "60岁以上"], ["1500元以下", "1500–2999元", "3000-4999元", "5000元及以上"]]


@pytest.mark.parametrize("ladder", LADDERS)
def test_a_ladder_is_found_in_whatever_order_it_is_given(ladder: Sequence[str]) -> None:
    for given in list(permutations(ladder))[::7]:
        found = order_of(given)
        assert found.answers == tuple(ladder)
        assert found.codes == tuple(range(1, len(ladder) + 1))
        assert found.is_ordered
    assert is_ladder(ladder)


@pytest.mark.parametrize("bands", BANDS)
def test_bands_are_ordered_by_their_numbers_and_are_no_ladder_of_degrees(bands: Sequence[str]) -> None:
    assert order_of(bands[::-1]).answers == tuple(bands)
    assert not is_ladder(bands)


def test_yes_and_no_become_one_and_nought() -> None:
    assert (order_of(["是", "否"]).answers, order_of(["是", "否"]).codes) == (("否", "是"), (0, 1))
    assert order_of(["No", "Yes"]).basis == "yes_no"


def test_letters_in_front_are_the_codes_also_of_options_that_nobody_chose() -> None:
    found = order_of(["C.丧偶", "A.未婚"])
    assert (found.answers, found.codes, found.basis) == (("A.未婚", "C.丧偶"), (1, 3), "lettered")


def test_other_words_stay_in_the_order_of_their_frequency() -> None:
    found = order_of(["微信", "链接", "手机提交"])
    assert (found.answers, found.basis, found.is_ordered) == (("微信", "链接", "手机提交"), "frequency", False)
