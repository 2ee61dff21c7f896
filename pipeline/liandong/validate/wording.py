"""Titles of rules in Chinese and English, for the person who has to mend the data."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from liandong.definitions import Codebook, Field, FieldType, ForeignKey, Text
from liandong.definitions.link_titles import NOTHING_LENT, Lent
from liandong.validate.conditions import Vocabulary, tell
from liandong.validate.field_kinds import FieldKind

_TYPE_WORDS: Mapping[FieldType, tuple[str, str]] = {
    "integer": ("整数", "a whole number"),
    "number": ("数字", "a number"),
    "string": ("文字", "text"),
    "boolean": ("是或否", "yes or no"),
    "date": ("日期", "a date"),
    "datetime": ("日期和时间", "a date with a time"),
    "time": ("时间", "a time of day"),
    "year": ("年份", "a year"),
}
_LISTED = 8


def field_title(kind: FieldKind, field: Field, codebook: Codebook, lent: Mapping[str, Lent] = NOTHING_LENT) -> Text:
    """Return the rule of `kind` about `field` in words; of a personal field, without what it allows."""
    words = _PERSONAL_WORDS.get(kind) if field.liandong.pii else None
    zh, en = words or _FIELD_WORDS[kind](field, Vocabulary(codebook, lent))
    return Text(zh=f"「{field.label('zh')}」{zh}", en=f"“{field.label('en')}” {en}")


def key_title(rule: str, key: Sequence[Field]) -> Text:
    """Return a rule about the primary key in words: ``missing``, ``duplicate_row`` or ``conflict``."""
    zh_key, en_key = _titles(key)
    zh, en = _KEY_WORDS[rule]
    return Text(zh=zh.format(zh_key), en=en.format(en_key))


def foreign_key_title(key: ForeignKey, fields: Sequence[Field]) -> Text:
    """Return a foreign key in words."""
    zh_key, en_key = _titles(fields)
    table = key.reference.resource
    if not table:
        return Text(zh=f"{zh_key}应能在本表中找到所指的行", en=f"{en_key} should point to a row of this table")
    return Text(
        zh=f"{zh_key}应指向参照表 {table} 中通过校验的一行", en=f"{en_key} should point to an accepted row of {table}"
    )


def _titles(fields: Sequence[Field]) -> tuple[str, str]:
    zh = "、".join(f"「{field.label('zh')}」" for field in fields)
    return zh, ", ".join(f"“{field.label('en')}”" for field in fields)


_KEY_WORDS: Mapping[str, tuple[str, str]] = {
    "missing": ("{}用来识别每一条记录，不得缺失", "{} identifies the record and may not be missing"),
    "duplicate_row": (
        "{}与另一行相同，且全部内容一致：重复录入，只保留第一份",
        "The same {} with identical answers: entered twice, only the first is kept",
    ),
    "conflict": (
        "{}与另一行相同，但内容不同：无法判断哪一份正确，均不采用",
        "The same {} with different answers: nobody can tell which is right, so none is used",
    ),
}


def _type(field: Field, _words: Vocabulary) -> tuple[str, str]:
    zh, en = _TYPE_WORDS[field.type]
    return f"应为{zh}", f"should be {en}"


def _required(field: Field, words: Vocabulary) -> tuple[str, str]:
    asked_if = field.liandong.asked_if
    if asked_if is None:
        return "应当填写", "should be filled in"
    return (
        f"应当填写（适用条件：{tell(asked_if, words, 'zh')}）",
        f"should be filled in when {tell(asked_if, words, 'en')}",
    )


def _unique(_field: Field, _words: Vocabulary) -> tuple[str, str]:
    return "不得与其他记录重复", "should differ between records"


def _enum(field: Field, _words: Vocabulary) -> tuple[str, str]:
    codes = field.allowed or ()
    labels_zh, labels_en = field.category_labels("zh"), field.category_labels("en")
    zh = "、".join(_code(code, labels_zh.get(code), "（{}）") for code in codes[:_LISTED])
    en = ", ".join(_code(code, labels_en.get(code), " ({})") for code in codes[:_LISTED])
    rest = len(codes) > _LISTED
    return (
        f"只能取 {zh}" + (f" 等 {len(codes)} 个代码" if rest else ""),
        f"should be one of {en}" + (f" … ({len(codes)} codes)" if rest else ""),
    )


def _code(code: object, label: str | None, brackets: str) -> str:
    return str(code) if label is None or label == str(code) else f"{code}{brackets.format(label)}"


def _range(field: Field, _words: Vocabulary) -> tuple[str, str]:
    bounds = field.constraints
    parts = [
        (bounds.minimum, "不小于", "at least"),
        (bounds.exclusive_minimum, "大于", "more than"),
        (bounds.maximum, "不大于", "at most"),
        (bounds.exclusive_maximum, "小于", "less than"),
    ]
    given = [(value, zh, en) for value, zh, en in parts if value is not None]
    return (
        "应" + "、".join(f"{zh} {value}" for value, zh, _ in given),
        "should be " + " and ".join(f"{en} {value}" for value, _, en in given),
    )


def _pattern(field: Field, _words: Vocabulary) -> tuple[str, str]:
    pattern = field.constraints.pattern
    return f"应符合规定的格式 {pattern}", f"should have the agreed form {pattern}"


def _length(field: Field, _words: Vocabulary) -> tuple[str, str]:
    low, high = field.constraints.min_length, field.constraints.max_length
    if high is None:
        return f"至少 {low} 个字符", f"should have at least {low} characters"
    if not low:
        return f"至多 {high} 个字符", f"should have at most {high} characters"
    return f"应有 {low} 至 {high} 个字符", f"should have {low} to {high} characters"


def _skip(field: Field, words: Vocabulary) -> tuple[str, str]:
    asked_if = field.liandong.asked_if
    assert asked_if is not None
    return (
        f"不应有答案，除非{tell(asked_if, words, 'zh')}",
        f"should have no answer unless {tell(asked_if, words, 'en')}",
    )


# What a personal field may hold is a list of persons, or narrows down who they are: titles are published.
_PERSONAL_WORDS: Mapping[FieldKind, tuple[str, str]] = {
    "enum": ("只能取规定的代码之一", "should be one of the declared values"),
    "range": ("应在规定的范围之内", "should lie within the declared bounds"),
    "pattern": ("应符合规定的格式", "should have the agreed form"),
    "length": ("应有规定的字符数", "should have the agreed length"),
}
_FIELD_WORDS: Mapping[FieldKind, Callable[[Field, Vocabulary], tuple[str, str]]] = {
    "type": _type,
    "required": _required,
    "unique": _unique,
    "enum": _enum,
    "range": _range,
    "pattern": _pattern,
    "length": _length,
    "skip": _skip,
}
