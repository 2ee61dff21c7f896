from __future__ import annotations

import polars as pl
import pytest

from liandong.cli.terminal import Terminal
from liandong.cli.tracing import trace
from liandong.definitions.linkage_key import KEY_VARIABLE, without_key
from liandong.errors import IngestError
from liandong.privacy import masked


def _fault() -> Exception:
    try:
        try:
            pl.Series(["13800000000 张三", "x"]).cast(pl.Int64)
        except pl.exceptions.PolarsError as error:
            raise ValueError('the cell "张三" of row 12') from error
    except ValueError as error:
        return error
    raise AssertionError


def test_a_trace_says_where_and_shows_no_cell() -> None:
    text = trace(_fault())
    assert "test_safe_output.py" in text
    assert "InvalidOperationError" in text
    assert text.index("InvalidOperationError") < text.index("ValueError: the cell")
    messages = [line for line in text.splitlines() if not line.startswith(" ")]
    assert not [line for line in messages if "138" in line or "张三" in line]


def test_every_cause_is_told_once() -> None:
    group = ExceptionGroup("several", [ValueError("a"), KeyError("b")])
    group.__cause__ = group.exceptions[0]
    text = trace(group)
    assert text.count("ValueError") == text.count("KeyError") == 1


def test_an_error_shows_no_number_of_a_person(capsys: pytest.CaptureFixture[str]) -> None:
    wrong = "the file has 'someone@example.com', '13800000000', '42010619000101000X', '027-80000000', 'age', 1234"
    Terminal().error(IngestError(wrong, zh="文件有13800000000。"))
    said = capsys.readouterr().err
    for value in ("someone", "13800000000", "42010619000101000X", "80000000"):
        assert value not in said
    assert "'age', 1234" in said


def test_a_terminal_is_not_given_orders(capsys: pytest.CaptureFixture[str]) -> None:
    Terminal().error(IngestError("column \x1b[2J\u202ename\x07 is wrong", hint="two\nlines"))
    said = capsys.readouterr().err
    assert "\\u001b[2J\\u202ename\\u0007" in said
    assert "two\nlines" in said


def test_ordinary_numbers_stay_in_a_message() -> None:
    text = "4,999 of 5,000 rows; row 13800; 2021-06-05; 0.13800000000; code 0123"
    assert masked(text) == text


def test_other_processes_do_not_get_the_key() -> None:
    assert without_key({KEY_VARIABLE: "secret", "PATH": "/bin"}) == {"PATH": "/bin"}
