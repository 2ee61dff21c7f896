"""Names of people in text: after words that announce one, before a form of address, or as a whole column."""

from __future__ import annotations

from typing import Final

import polars as pl

from liandong.privacy.surnames import AMBIGUOUS, COMMON, COMPOUND, EVERYDAY, NOT_LAST, NOT_NAMES, PINYIN, RARE

_HAN: Final = r"[\p{Han}]"
_SURNAME: Final = rf"(?:{'|'.join(COMPOUND)}|[{COMMON}])"
_CLEAR: Final = rf"(?:{'|'.join(COMPOUND)}|[{''.join(c for c in COMMON if c not in AMBIGUOUS)}])"
# After a word such as 社工 a name may follow as well as a sentence: only frequent surnames that begin few words count.
_FREQUENT: Final = "".join(
    c for c in COMMON[:120] if c not in AMBIGUOUS and c not in "任高方石金白康毛江万段易常武文向黎施"
)
_ANNOUNCED: Final = (
    "姓名|名字叫|名字是|名字|我叫|名叫|叫做|本人叫|联系人|户主|负责人|经办人|受访者|受访人|"
    "被访者|访员|调查员|收件人|监护人|持卡人"
)
_RELATED: Final = (
    "母亲|父亲|妈妈|爸爸|丈夫|妻子|儿子|女儿|孙子|孙女|爱人|老公|老婆|老伴|邻居|社工|楼长|栋长|网格员|志愿者|书记|主任|医生|老师|"
    "队长|组长|村长|店主|房东|同事|居民|村民|老人|患者|病人|董事长|经理|会长|站长|所长|院长|校长|镇长|护士|警官|"
    "感谢|多谢|谢谢|表扬|代表|民警|媳妇|女婿"
)
_ADDRESS: Final = (
    "阿姨|叔叔|大爷|大妈|大伯|大娘|大姐|大哥|大嫂|师傅|老师|医生|大夫|主任|书记|先生|女士|小姐|奶奶|爷爷|婆婆|爹爹|太婆|"
    "伯伯|婶婶|站长|经理|院长|护士|警官|律师|会长|楼长|组长|队长|村长|同志|社工|网格员"
)
_STRICT: Final = rf"()(?:{_ANNOUNCED})(?:[:：]|是|为|叫|\s)*({_SURNAME}{_HAN}{{1,2}})"
_SEPARATED: Final = (
    rf"(?:姓名|联系人|户主|负责人|经办人|受访者|受访人|访员|调查员|收件人|监护人)\s*[:：]\s*{_SURNAME}{_HAN}{{1,2}}"
)
_AFTER: Final = rf"()(?:{_RELATED})(?:[:：]|是|叫)?((?:{'|'.join(COMPOUND)}|[{_FREQUENT}]){_HAN}{{1,2}})"
_BEFORE: Final = rf"({_HAN}?)({_CLEAR}{_HAN}{{0,2}}?)(?:{_ADDRESS})"
_FAMILIAR: Final = rf"({_HAN}?)({_CLEAR})(?:姐|哥|姨|婶)(?:$|[^\p{{Han}}]|[很对帮来说和每经是也都给的教])"
_YOUNG_OR_OLD: Final = (
    r"(?:^|[^\p{Han}]|社工|物业|邻居|隔壁|[找和叫的请谢是])[小老][王李张刘陈杨赵黄周吴徐孙胡朱林郭罗郑]"
    r"(?:$|[^\p{Han}]|[和说来帮都也很给经每修])"
)
_WHOLE: Final = rf"^(?:(?:{'|'.join(COMPOUND)}|[{COMMON}{RARE}]){_HAN}{{1,2}}|[{EVERYDAY}]{_HAN}{{2}})$"
_FINAL: Final = (
    "iang|iong|uang|ang|eng|ing|ong|ian|iao|uai|uan|ai|ei|ao|ou|an|en|in|un|ia|ie|iu|ua|ui|uo|ue|ve|er|[aeiouvü]"
)
_SYLLABLE: Final = rf"(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?(?:{_FINAL})"
_LATIN_SURNAME: Final = "|".join(sorted(PINYIN, key=len, reverse=True))
_GIVEN: Final = rf"{_SYLLABLE}(?:['\- ]?{_SYLLABLE})?"
# Two capitalised words of pinyin, one of them a surname, or both in one word with a capital inside.
_LATIN: Final = rf"(?i)^(?:(?:{_LATIN_SURNAME})[, ]+{_GIVEN}|{_GIVEN}[, ]+(?:{_LATIN_SURNAME}))$"
_LATIN_CAPITALS: Final = r"^\p{Lu}[\p{L}'\-]*(?:[, ]+\p{Lu}[\p{L}'\-]*){1,2}$"
_LATIN_JOINED: Final = r"^(\p{Lu}\p{Ll}+)(\p{Lu}\p{Ll}+)$"
_OPTION: Final = r"^\s*[A-Za-z0-9]{1,2}\s*[.．、:：)）]\s*"
_MINORITY: Final = r"^[\p{Han}]{2,8}[·•．][\p{Han}]{2,8}$"
_CONTEXT: Final = rf"{_ANNOUNCED}|{_RELATED}|{_ADDRESS}|[姐哥姨婶]|[小老][王李张刘陈杨赵黄周吴徐孙胡朱林郭罗郑]"
# What follows a word that announces a name when it is a sentence that goes on, not a name.
_GOES_ON: Final = (
    "很不没也就还都会能要可应经常时关和同与向对给让把被在有是的了着过去来到从于说做"
    "用为又再才已将因所该每各只更最太非真特"
)
_SECOND: Final = (
    "的了着过是在有不没来去很也都就还会能要给让把被对和与及或等于说们个位名这那吗呢吧啊得地到上下里外中之其此"
)


def has_context(texts: pl.Expr) -> pl.Expr:
    """Return whether a text has a word that may announce or address a person; cheap, and true for all that follows."""
    return texts.str.contains(_CONTEXT)


def mentions_person(texts: pl.Series) -> pl.Series:
    """Return, for each text, whether it mentions a person by name or by surname and form of address.

    A heuristic: its precision and recall are measured on the sentences in ``tests/cases/privacy_names.yaml``.
    """
    found = texts.str.contains(_SEPARATED) | texts.str.contains(_YOUNG_OR_OLD)
    for pattern in (_STRICT, _AFTER, _BEFORE, _FAMILIAR):
        found |= _any_name(texts, pattern)
    return found.fill_null(value=False)


def compact(texts: pl.Expr) -> pl.Expr:
    """Return texts without characters of no width, and without blanks of any kind between Chinese characters."""
    bare = texts.str.replace_all(r"\p{Cf}", "")
    for _ in range(2):  # matches cannot overlap: every second gap is left by the first turn
        bare = bare.str.replace_all(rf"({_HAN})[\s\p{{Z}}]+({_HAN})", "${1}${2}")
    return bare


def looks_like_name(texts: pl.Expr) -> pl.Expr:
    """Return whether a whole text has the form of a name: a surname and one or two more characters, or in pinyin.

    Blanks within a name, and a letter or number of an option before it, do not matter.
    """
    texts = compact(texts).str.replace(_OPTION, "").str.strip_chars()
    form = texts.str.contains(_WHOLE) & ~texts.str.slice(0, 2).is_in(NOT_NAMES)
    place = texts.str.contains(rf"[{NOT_LAST}]$")
    spaced = texts.str.replace_all(_LATIN_JOINED, "${1} ${2}").str.replace_all(r"[\s\p{Z}]+", " ")
    latin = spaced.str.contains(_LATIN_CAPITALS) & spaced.str.contains(_LATIN)
    return (form & ~place) | texts.str.contains(_MINORITY) | latin


def _any_name(texts: pl.Series, pattern: str) -> pl.Series:
    """Return whether a text has a match of `pattern` whose name is none of the words that only begin like one.

    The pattern's groups are the character before the name, if it matters, and the name.
    """
    frame = pl.DataFrame({"text": texts}).with_row_index("at")
    matches = (
        frame.filter(pl.col("text").str.contains(pattern))  # much cheaper than extracting, and few texts are left
        .select("at", pl.col("text").str.extract_all(pattern).alias("match"))
        .explode("match")
        .drop_nulls()
        .filter(~pl.col("match").str.contains("老师傅", literal=True))
        .filter(_is_plausible(pl.col("match").str.extract(pattern, 1), pl.col("match").str.extract(pattern, 2)))
    )
    return frame.select(pl.col("at").is_in(matches["at"].implode())).to_series()


def _is_plausible(before: pl.Expr, name: pl.Expr) -> pl.Expr:
    inside = pl.concat_str(before, name.str.slice(0, 1)).is_in(NOT_NAMES)
    goes_on = name.str.contains(rf"^[{_GOES_ON}]|^.[{_SECOND}]")
    return ~(inside | name.str.slice(0, 2).is_in(NOT_NAMES) | goes_on)
