from __future__ import annotations

import pytest

from liandong.ingest.text import Decoder, decode, is_utf8, looks_chinese


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_character_cut_by_a_fixed_width_is_left_out(encoding: str) -> None:
    whole = "东湖社区".encode(encoding)
    assert decode(whole[:-1], encoding) == "东湖社"


def test_a_fault_elsewhere_is_not_a_cut_character() -> None:
    broken = "东湖".encode()[:-1] + b"abcdef"
    assert not is_utf8(broken)
    with pytest.raises(UnicodeDecodeError):
        decode(broken, "utf-8")


@pytest.mark.parametrize("text", ["武汉市江岸区", "您对社区的信任程度？", "ａ（１）", "问卷编号 No. 7"])
def test_chinese_bytes_look_chinese(text: str) -> None:
    assert looks_chinese(text.encode("gbk"))


@pytest.mark.parametrize("text", ["für Größe", "ÄRZTE ÜBER", "señor niño", "plain", ""])
def test_western_bytes_do_not(text: str) -> None:
    assert not looks_chinese(text.encode("cp1252"))


def test_one_file_may_mix_both_encodings() -> None:
    # In GBK the bytes of 模 are also valid UTF-8, for a Latin letter: the file's other texts decide.
    texts = ["社区".encode(), "信任".encode("gbk"), "模".encode("gbk")]
    assert is_utf8(texts[2])
    decoder = Decoder(texts)
    assert [decoder(text) for text in texts] == ["社区", "信任", "模"]
    assert decoder.used == {"UTF-8", "GB18030"}


def test_accents_of_a_wholly_utf8_file_stay() -> None:
    decoder = Decoder(["ü".encode(), "社区".encode()])
    assert decoder("ü".encode()) == "ü"


def test_bytes_of_neither_encoding_are_refused() -> None:
    with pytest.raises(UnicodeDecodeError):
        Decoder([])(b"\xff\xff\xff\xff\xff\xff")
