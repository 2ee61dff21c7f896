from __future__ import annotations

import pytest

from liandong.ingest.chinese import is_garbled_chinese, look_chinese


@pytest.mark.parametrize("chinese", ["说说", "末末说", "母说"])
def test_gbk_read_as_utf8_is_known(chinese: str) -> None:
    assert is_garbled_chinese([chinese.encode("gbk").decode("utf-8")])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "plain",
        "Grüße aus Köln",
        "Ελλάδα",
        "Москва",
        "שלום",
        "مرحبا",
        "Tiếng Việt",
        "社区",
        "naïve café, 5 µm",
        "Gru\u0308ße",
        "Žluťoučký kůň",
        "25 °C ± 3",
        "d´accord, l´été",
        "Ελληνικά Русский",
        "שָׁלוֹם",
    ],
)
def test_text_of_other_languages_is_left_alone(text: str) -> None:
    assert not is_garbled_chinese([text])


def test_texts_cut_in_the_middle_of_a_character_are_chinese_all_the_same() -> None:
    cut = ("甲乙丙" * 100).encode("gbk")[:255]
    assert look_chinese([cut, cut, "张三".encode("gbk")])
    assert not look_chinese([cut, b"\xff\xff\xff\xff\xff"])
    assert not look_chinese(["Größe".encode("cp1252"), "für".encode("cp1252")])
