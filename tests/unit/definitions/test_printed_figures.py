from __future__ import annotations

from decimal import Decimal

import pytest

from liandong.definitions.claims import Claim
from liandong.definitions.printed import decimals_problem, read_printed, read_significance

FIGURES = [
    (31.1, "number", "31.1", "31.1", 1),
    (618, "number", "618", "618", 0),
    (618.0, "number", "618", "618", 0),
    (0.02, "number", "0.02", "0.02", 2),
    ("0.020", "number", "0.020", "0.020", 3),
    (".05", "number", "0.05", "0.05", 2),
    ("98.87 %", "number", "98.87", "98.87", 2),
    ("1,008", "number", "1008", "1008", 0),
    ("-0.5", "number", "-0.5", "-0.5", 1),
    ("−0.5", "number", "-0.5", "-0.5", 1),
    ("30–50", "range", "30", "50", 0),
    ("30%-50.5%", "range", "30", "50.5", 1),
    ("30 to 50", "range", "30", "50", 0),
    ("30至50", "range", "30", "50", 0),
    ("2.3e-7", "number", "0.00000023", "0.00000023", 8),
    ("<0.05", "below", None, "0.05", 2),
    ("≤ 0.001", "below", None, "0.001", 3),
    (">10,000", "above", "10000", None, 0),
    ("~400", "about", "400", "400", 0),
    ("约400", "about", "400", "400", 0),
    ("31.1％", "number", "31.1", "31.1", 1),
    ("３１．１％", "number", "31.1", "31.1", 1),
    ("１，００８", "number", "1008", "1008", 0),
    ("＜0.05", "below", None, "0.05", 2),
    ("30％～50％", "range", "30", "50", 0),
    ("－0.5", "number", "-0.5", "-0.5", 1),
]
WORDS = ["significant", "relatively few", "三至五成", "", "-", "5-3", "1,00", "1e5", "about 400", "<", "2012.1.2"]


@pytest.mark.parametrize(("published", "form", "low", "high", "decimals"), FIGURES)
def test_figures_are_read_as_printed(
    published: float | str, form: str, low: str | None, high: str | None, decimals: int
) -> None:
    printed = read_printed(published)
    assert (printed.form, printed.decimals) == (form, decimals)
    assert printed.low == (None if low is None else Decimal(low))
    assert printed.high == (None if high is None else Decimal(high))
    assert printed.value == (printed.low if form in {"number", "about"} else None)


@pytest.mark.parametrize("published", WORDS)
def test_what_is_no_figure_is_words(published: str) -> None:
    assert read_printed(published).form == "words"


def test_words_that_say_whether_something_is_significant() -> None:
    assert [read_significance(word) for word in ("significant", "显著", "Not significant", "不显著")] == [
        True,
        True,
        False,
        False,
    ]
    assert read_significance("relatively few") is None
    assert read_significance(0.05) is None


@pytest.mark.parametrize(
    ("published", "decimals", "problem"),
    [
        (0.02, 3, None),
        (0.02, None, None),
        ("0.020", 3, None),
        (0.025, 2, "decimals is 2, but 0.025 has 3"),
        ("0.020", 2, "decimals is 2, but '0.020' has 3"),
        ("0.02", 3, "decimals is 3, but '0.02' has 2"),
        ("few", 1, "decimals is 1, but 'few' is no figure"),
    ],
)
def test_decimals_that_the_figure_does_not_have(
    published: float | str, decimals: int | None, problem: str | None
) -> None:
    assert decimals_problem(published, decimals) == problem


@pytest.mark.parametrize(
    ("published", "decimals", "text"),
    [
        (0.02, 3, "0.020"),
        (30, 1, "30.0"),
        ("0.020", None, "0.020"),
        (618, None, "618"),
        ("30–50", None, "30–50"),
        ("３１．１％ ", None, "31.1%"),
    ],
)
def test_the_published_text_has_its_last_zeros(published: float | str, decimals: int | None, text: str) -> None:
    keys = {"id": "a", "kind": "mean", "published": published, "decimals": decimals, "source": {"title": "t"}}
    claim = Claim.model_validate({key: value for key, value in keys.items() if value is not None})
    assert claim.published_text == text
