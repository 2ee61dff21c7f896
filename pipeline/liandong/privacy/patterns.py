"""Personal data in texts, by kind, found on distinct values with regular expressions that know no look-around."""

from __future__ import annotations

from typing import Final

import polars as pl

from liandong.privacy.kinds import Kind
from liandong.privacy.names import has_context, mentions_person
from liandong.privacy.numbers import PROVINCES, is_bank_card, is_resident_id

# Cheap looks that let most values go; whatever a pattern below finds has to pass one, in full-width digits, too.
_D: Final = "[0-9０-９]"
# Numbers of telephones, persons and cards, in groups or in powers of ten.
_LOOK_LONG: Final = rf"{_D}[0-9０-９\s\p{{Z}}\p{{Cf}}\-－—–()（）./／]{{6,}}|{_D}[.．]{_D}+[eE]"
_LOOK_DOTS: Final = rf"{_D}[.．]{_D}+[.．,，;；、\s]|{_D}[.．]{_D}{{3}}|{_D}°|[0-9A-Fa-f]:[0-9A-Fa-f]{{0,4}}:"
_LOOK_PLACE: Final = rf"[0-9０-９一二三四五六七八九十百](?:[号栋幢座室户层楼组队社]|单元)|{_D}[-－—–]{_D}+[-－—–]{_D}"
_LOOK_ACCOUNT: Final = r"微信|薇信|威信|扣扣|企鹅号|(?i:wechat|weixin|wxid|vx|wx|v信|qq)"
_LOOK_PLATE: Final = r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Za-zＡ-Ｚ]"
_LOOK: Final = f"{_LOOK_LONG}|{_LOOK_DOTS}|{_LOOK_PLACE}|{_LOOK_ACCOUNT}|{_LOOK_PLATE}|[@＠]"
_FULL_WIDTH: Final = r"[０-９Ａ-Ｚａ-ｚ＠．－＋＿／\x{a0}\x{2000}-\x{200f}\x{202f}\x{205f}\x{3000}\p{Cf}]"
_GAP: Final = r"([0-9])(?:[\s\p{Z}]{2,}|[\t\r\n])([0-9])"
_LETTER_X: Final = r"([0-9]{17})[хХχΧ×]"  # of other scripts than the last place of a resident ID
_UUID: Final = r"(?i)[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|[0-9a-f]{24,}"
# A moment or a date by itself is no number of anything.
_MOMENT: Final = r"^\s*\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?(?:[ T]\s*\d{1,2}:\d{2}.*)?\s*$"
_END: Final = r"(?:$|[^0-9.]|\.0*(?:$|[^0-9]))"
_MOBILE: Final = (
    r"(?:^|[^0-9.]|(?:^|[^0-9])\.)(?:(?:\+|00)?86[)）]?[ -]?)?"
    rf"0?1[3-9]\d(?:[ -]?\d{{4}}[ -]?\d{{4}}|[./]\d{{4}}[./]\d{{4}}|\d[ -]\d{{3}}[ -]\d{{4}}){_END}"
    rf"|(?:^|[^0-9.])1\.[3-9]\d{{0,9}}[eE]\+?10{_END}"
)
_AREA: Final = r"0(?:10|2[0-57-9]|[3-9]\d{2})"
_LANDLINE: Final = (
    rf"(?:^|[^0-9.])(?:\+?86[ -]?)?[(（]?{_AREA}[)）]?[ -]?[2-8]\d{{2,3}}[ -]?\d{{4}}{_END}"
    rf"|(?i:电话|座机|热线|tel)\D{{0,4}}[2-8]\d{{2,3}}[ -]?\d{{4}}{_END}"
)
_EMAIL: Final = r"[\p{Han}A-Za-z0-9._%+\-]+@(?:[A-Za-z0-9\-]+\.)+[A-Za-z]{2,}"
_BYTE: Final = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)"
_HEX: Final = "[0-9A-Fa-f]{1,4}"
_IP: Final = (
    rf"(?:^|[^0-9A-Za-z.])(?:[1-9]\d?|1\d\d|2[0-4]\d|25[0-5])(?:\.{_BYTE}){{3}}(?:$|[^0-9.]|\.(?:$|[^0-9]))"
    rf"|(?:^|[^0-9A-Za-z:])(?:(?:{_HEX}:){{7}}{_HEX}|{_HEX}(?::{_HEX}){{1,5}}::(?:{_HEX}(?::{_HEX}){{0,5}})?"
    rf"|{_HEX}::{_HEX}(?::{_HEX}){{0,5}})(?:$|[^0-9A-Za-z:])"
)
_N: Final = "[0-9一二三四五六七八九十百]"
_ADDRESS: Final = (
    rf"[\p{{Han}}]{{1,}}(?:路|街|大道|巷|弄|胡同|里)[\p{{Han}}A-Za-z]{{0,8}}{_N}+(?:-\d+)*号"
    rf"|{_N}+(?:号楼|栋|幢|座|号)[\p{{Han}}]{{0,4}}[ ,，]?{_N}+(?:单元|室|户|层|号|楼)|{_N}+单元[ ,，]?{_N}+"
    rf"|[\p{{Han}}]{{1,}}(?:小区|花园|苑|园|城|村|社区|里|院)[\p{{Han}}]{{0,4}}\d+-\d+-\d+"
    rf"|[\p{{Han}}]{{1,}}[村屯湾]第?{_N}+[组队社]|[\p{{Han}}]{{1,}}[村组屯湾]{_N}+号"
)
_ACCOUNT: Final = (
    r"(?i)(?:微信|薇信|威信|扣扣|企鹅号|wechat|weixin|(?:^|[^a-z0-9])(?:vx|wx|v信|qq))(?:号码?|账号|id)?[\s:：是为]*"
    r"(?:[a-z][a-z0-9_\-]{5,19}|[1-9]\d{4,11})(?:$|[^a-z0-9_])|wxid_[a-z0-9]{6,}"
)
_PLATE: Final = (
    r"(?i)[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][a-hj-np-z][·• ]?"
    r"(?:[a-hj-np-z0-9]{4}[a-hj-np-z0-9挂学警港澳]|[df][a-hj-np-z0-9]\d{4}|\d{5}[df])(?:$|[^a-z0-9])"
)
_PLATE_DIGIT: Final = r"[0-9]{2}"
_DECIMAL: Final = r"-?(\d{1,3}\.\d{4,})"
_GPS: Final = rf"{_DECIMAL}\s*°?[NEne北东]?[纬经]?\s*[,，;；、\s]\s*[NEne]?{_DECIMAL}"
_GPS_NAMED: Final = (
    r"(?i)(?:经度|纬度|(?:^|[^a-z])(?:lat|lon|lng|latitude|longitude))\D{0,4}\d{1,3}\.\d{3,}"
    r"|\d{1,3}°\s?\d{1,2}(?:\.\d+)?['′分]"
)
_SIMPLE: Final[tuple[tuple[Kind, str, str], ...]] = (
    ("mobile", _LOOK_LONG + "|[eE]", _MOBILE),
    ("landline", _LOOK_LONG, _LANDLINE),
    ("email", "@", _EMAIL),
    ("ip", _LOOK_DOTS, _IP),
    ("address", _LOOK_PLACE, _ADDRESS),
    ("account", _LOOK_ACCOUNT, _ACCOUNT),
)
LATITUDES, LONGITUDES = (3.0, 54.5), (73.0, 136.0)
"""Degrees between which China lies."""


def kinds_in(texts: pl.Series) -> dict[Kind, pl.Series]:
    """Return the personal data in distinct texts: kind → the texts (as given) that hold such data; none are left out.

    Parameters
    ----------
    texts
        Distinct texts without nulls.
    """
    frame = pl.DataFrame({"text": texts}).filter(
        pl.col("text").str.contains(_LOOK) | has_context(pl.col("text")), ~pl.col("text").str.contains(_MOMENT)
    )
    if frame.is_empty():
        return {}
    frame = frame.with_columns(_plain(frame["text"]).alias("plain"))
    plain = pl.col("plain")
    found = {kind: _looked(frame, look).filter(plain.str.contains(full)) for kind, look, full in _SIMPLE}
    found["plate"] = _looked(frame, _LOOK_PLATE).filter(
        plain.str.extract(f"({_PLATE})", 1).str.contains(_PLATE_DIGIT).fill_null(value=False)
    )
    found["gps"] = _looked(frame, _LOOK_DOTS + "|[经纬]度").filter(_is_coordinates(plain))
    found |= _numbers(_looked(frame, _LOOK_LONG))
    named = frame.filter(has_context(plain))
    found["name"] = named.filter(mentions_person(named["plain"]))
    return {kind: hits["text"] for kind, hits in found.items() if hits.height}


def _looked(frame: pl.DataFrame, look: str) -> pl.DataFrame:
    return frame.filter(pl.col("plain").str.contains(look))


def _plain(texts: pl.Series) -> pl.Series:
    """Return texts with plain digits, letters and dashes, and without identifiers that a program has drawn."""
    wide = texts.str.contains(_FULL_WIDTH)
    if wide.any():
        normal = texts.filter(wide).str.normalize("NFKC")
        texts = texts.scatter(wide.arg_true(), normal)
    odd = texts.str.contains(rf"\p{{Cf}}|{_GAP}|{_LETTER_X}")
    if odd.any():
        bare = texts.filter(odd).str.replace_all(r"\p{Cf}", "").str.replace_all(_GAP, "${1} ${2}")
        texts = texts.scatter(
            odd.arg_true(), bare.str.replace_all(_GAP, "${1} ${2}").str.replace_all(_LETTER_X, "${1}X")
        )
    return texts.str.replace_all("[—–−]", "-").str.replace_all(_UUID, " ")


def holds_personal(texts: pl.Series) -> pl.Series:
    """Return, for each text, whether it holds personal data of any kind; a null holds none."""
    distinct = texts.drop_nulls().unique()
    found = kinds_in(distinct)
    if not found:
        return pl.repeat(value=False, n=len(texts), dtype=pl.Boolean, eager=True)
    return texts.is_in(pl.concat([*found.values()]).unique().implode()).fill_null(value=False)


def _numbers(frame: pl.DataFrame) -> dict[Kind, pl.DataFrame]:
    """Return the rows with resident IDs and those with card numbers; blanks or dashes may group the digits."""
    grouped = r"(^|[^0-9])([1-9]\d{5})[ -](\d{8})[ -](\d{3}[0-9Xx])"
    # A spreadsheet that shows a number in powers of ten keeps the first digits, the province among them.
    powers = r"^\s*([1-8])\.([0-9]{2,})[eE]\+?17\s*$"
    fours = r"(\d{4})[ -](\d{4})[ -](\d{4})[ -](\d{1,4})(?:[ -](\d{1,3}))?"
    joined = pl.col("plain").str.replace_all(grouped, "${1}${2}${3}${4}").str.replace_all(fours, "${1}${2}${3}${4}${5}")
    frame = frame.with_row_index("at").with_columns(joined.str.extract_all(r"[0-9]{15,}[Xx]?").alias("run"))
    runs = frame.select("at", "run").explode("run").drop_nulls()
    run = pl.col("run")
    digits = run.str.strip_chars_end("Xx")
    person = is_resident_id(run) | is_resident_id(digits)
    ids, cards = (runs.filter(wanted)["at"].implode() for wanted in (person, ~person & is_bank_card(digits)))
    begins = joined.str.extract(powers, 1) + joined.str.extract(powers, 2).str.slice(0, 1)
    cut = begins.is_in(PROVINCES).fill_null(value=False)
    return {
        "resident_id": frame.filter(pl.col("at").is_in(ids) | cut),
        "bank_card": frame.filter(pl.col("at").is_in(cards)),
    }


def _is_coordinates(text: pl.Expr) -> pl.Expr:
    one, other = (text.str.extract(_GPS, group).cast(pl.Float64, strict=False) for group in (1, 2))
    boxed = (one.is_between(*LATITUDES) & other.is_between(*LONGITUDES)) | (
        one.is_between(*LONGITUDES) & other.is_between(*LATITUDES)
    )
    return (boxed | text.str.contains(_GPS_NAMED)).fill_null(value=False)
