"""Shares of a multiverse are shares of the specifications that have an answer."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.unit.conftest import MakeEffect

from liandong.multiverse.answers import Answer, Failure
from liandong.multiverse.choices import Model
from liandong.multiverse.tables import Specification, summary_table


def test_specifications_without_an_answer_neither_agree_nor_disagree(make_effect: MakeEffect) -> None:
    clear = Answer(0.4, 0.1, 20.0, 0.001, 0.2, 0.6, 2.0, 100, 24)
    unclear = replace(clear, estimate=0.1, conf_low=-0.1, conf_high=0.3)
    other = replace(clear, estimate=-0.4, conf_low=-0.6, conf_high=-0.2)
    model = Model("trust", "trust", (), ("visited",), "common", (), published=True)
    found = [
        Specification(model, ("district",), "CR1", answer, is_headline=answer is clear)
        for answer in (clear, replace(clear, estimate=0.5), unclear, other, Failure("one_cluster"))
    ]
    row = summary_table(make_effect(), found).row(0, named=True)
    assert (row["n_specifications"], row["n_failed"]) == (5, 1)
    shares = ("share_agrees", "share_same_sign", "share_positive_clear", "share_negative_clear")
    assert [row[name] for name in shares] == pytest.approx([2 / 4, 3 / 4, 2 / 4, 1 / 4])
