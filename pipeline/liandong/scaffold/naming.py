"""Names of fields: short, ASCII, unique, and words that the language of expressions leaves free."""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from liandong.definitions.codebook_checks import RESERVED
from liandong.scaffold.headers import Header

LONGEST = 32
_LONGEST_KEPT = 64
_VALID = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_FUNCTIONS = {"missing", "answered", "hour", "minutes", "count", "sum", "mean", "min", "max"}
_TAKEN = {word.lower() for word in (*keyword.kwlist, *keyword.softkwlist, *_FUNCTIONS, *RESERVED)} | {
    "individual",
    "yes",
    "no",
    "on",
    "off",
    "null",
}
# What export programs and questionnaires call such columns; names only, no translation of any title.
_KNOWN: Mapping[str, str] = {
    "序号": "serial",
    "答卷编号": "response_id",
    "提交答卷时间": "submitted",
    "提交时间": "submitted",
    "开始时间": "started",
    "开始答题时间": "started",
    "结束时间": "ended",
    "结束答题时间": "ended",
    "所用时间": "seconds_used",
    "答题时长": "seconds_used",
    "来源": "channel",
    "来源详情": "channel_detail",
    "来自ip": "ip",
    "ip": "ip",
    "总分": "total_score",
    "编号": "number",
    "姓名": "person_name",
    "您的姓名": "person_name",
    "性别": "gender",
    "您的性别": "gender",
    "年龄": "age",
    "您的年龄": "age",
    "民族": "ethnic_group",
    "学历": "education",
    "受教育程度": "education",
    "文化程度": "education",
    "婚姻状况": "marital",
    "职业": "occupation",
    "收入": "income",
    "户口": "hukou",
    "电话": "phone",
    "手机": "mobile",
    "手机号": "mobile",
    "手机号码": "mobile",
    "联系电话": "phone",
    "联系方式": "contact",
    "身份证号": "id_card",
    "身份证号码": "id_card",
    "地址": "address",
    "住址": "address",
    "家庭住址": "address",
    "微信号": "wechat",
    "经度": "longitude",
    "纬度": "latitude",
    "省": "province",
    "省份": "province",
    "市": "city",
    "城市": "city",
    "区": "district",
    "区县": "district",
    "县": "county",
    "街道": "subdistrict",
    "乡镇": "township",
    "社区": "community",
    "社区编号": "community",
    "社区名称": "community",
    "所在社区": "community",
    "村": "village",
    "村庄": "village",
    "学校": "school",
    "班级": "school_class",
    "调查员": "interviewer",
    "访员": "interviewer",
    "访问员": "interviewer",
    "调查日期": "interview_date",
    "访问日期": "interview_date",
    "日期": "date",
    "权重": "weight",
    "备注": "remarks",
}


def field_names(headers: Sequence[Header]) -> tuple[str, ...]:
    """Return a name for each header.

    A header that is a valid name stays; the last word of a path such as ``group/question`` is the name where it is
    unique; ``1、您的性别`` becomes q1 and the rows of question 5 q5_1, q5_2; from other headers their ASCII words are
    taken, and where there are none, the position in the file.
    """
    per_number = Counter(header.number for header in headers if header.number)
    last_words = Counter(header.path[-1].lower() for header in headers if header.path)
    plain = {header.text.lower() for header in headers if not header.path}
    seen: Counter[str] = Counter()
    wanted = []
    for position, header in enumerate(headers, start=1):
        if header.number:
            seen[header.number] += 1
            several = per_number[header.number] > 1
            wanted.append(f"q{header.number}_{seen[header.number]}" if several else f"q{header.number}")
        elif header.path:
            alone = last_words[header.path[-1].lower()] == 1 and header.path[-1].lower() not in plain
            wanted.append(_path_name(header, headers, alone=alone))
        else:
            wanted.append(_plain_name(header.text, position))
    return unique(wanted)


def slug(text: str, longest: int = LONGEST) -> str:
    """Return the ASCII letters, digits and underscores of `text` as a name, empty where there are too few."""
    folded = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    name = re.sub(r"[^A-Za-z0-9]+", "_", folded).strip("_")
    name = name if name[:1].isalpha() or not name else f"v_{name}"
    return name[:longest].rstrip("_")


def unique(wanted: Iterable[str], taken: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the names, changed where they are reserved, or differ from an earlier one at most in case."""
    used = {name.lower() for name in taken}
    names = []
    for name in wanted:
        free, number = name if name.lower() not in _TAKEN else f"{name}_", 1
        while free.lower() in used:
            number += 1
            tail = f"_{number}"
            free = name[: _LONGEST_KEPT - len(tail)] + tail
        used.add(free.lower())
        names.append(free)
    return tuple(names)


def _path_name(header: Header, headers: Sequence[Header], *, alone: bool) -> str:
    """Return the last word of a path, with the question before it for an option: ``assets/radio`` is assets_radio."""
    questions = {"/".join(other.path) or other.text for other in headers}
    parent = "/".join(header.path[:-1])
    if parent in questions:
        return slug("_".join(header.path[-2:]))
    return slug(header.path[-1] if alone else "_".join(header.path)) or slug("_".join(header.path)) or "v"


def _plain_name(text: str, position: int) -> str:
    if _VALID.fullmatch(text) and len(text) <= _LONGEST_KEPT:
        return text
    known = _KNOWN.get(unicodedata.normalize("NFKC", text).strip().lower())
    if known is not None:
        return known
    name = slug(text)
    ascii_share = sum(character.isascii() and character.isalnum() for character in text) / max(len(text), 1)
    return name if len(name) > 1 and ascii_share >= 0.5 else f"v{position}"  # noqa: PLR2004 (mostly ASCII)
