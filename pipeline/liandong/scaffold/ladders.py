"""The order of answers that are given as words, such as 非常不同意 … 非常同意, 从不 … 总是, 小学 … 本科, 18–30岁."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

Basis = Literal["lettered", "yes_no", "ladder", "numbers", "frequency"]


@dataclass(frozen=True, slots=True)
class Order:
    """Answers in order with their codes, and what the order rests on."""

    answers: tuple[str, ...]
    codes: tuple[int, ...]
    basis: Basis

    @property
    def is_ordered(self) -> bool:
        """Whether the order means anything."""
        return self.basis in {"ladder", "numbers"}


_NO = frozenset(
    {"否", "没有", "无", "不是", "未", "未选", "未选中", "no", "n", "false", "not selected", "unchecked", "0"}
)
_YES = frozenset({"是", "有", "选中", "已选", "yes", "y", "true", "selected", "checked", "1", "√"})
_FIXED: Sequence[Sequence[str]] = (
    (
        "从不|从来没有?|从未|没有|never",
        "几乎(?:不|没有)|很少|极少|rarely|seldom|hardly ever",
        "偶尔|occasionally|once in a while",
        "有时候?|sometimes",
        "经常|时常|常常|通常|often|frequently|usually",
        "总是|每天|一直|always|every day|daily",
    ),
    (
        "从不|从未|没有|never",
        "只?有?一两次|很少|偶尔|once or twice|rarely",
        "(?:大约)?每年.*|.*(?:a|per|every) year|yearly",
        "(?:大约)?每月(?:一次)?|(?:about )?(?:once )?(?:a|every) month|monthly",
        "每月(?:两三|几|数|多).*|several times a month",
        "(?:大约)?每(?:周|星期).*|.*(?:a|every) week|weekly.*",
        "(?:几乎)?(?:每天|天天).*|(?:almost )?(?:daily|every ?day)",
    ),
    (
        "文盲|不识字|没上过学|未上过学|未受过.*教育|no (?:formal )?(?:education|schooling)|illiterate",
        "私塾|扫盲班",
        "小学.*|primary.*|elementary.*",
        "初中.*|junior (?:high|middle).*|lower secondary.*",
        "高中.*|中专.*|职高.*|技校.*|(?:senior )?high school.*|upper secondary.*|secondary.*",
        "大专.*|专科.*|高职.*|junior college.*|associate.*|some college.*",
        "(?:大学)?本科.*|大学.*|学士.*|bachelor.*|college.*|university.*",
        "硕士.*|研究生.*|master.*|postgraduate.*|graduate.*",
        "博士.*|doctor.*|ph\\.?d.*",
    ),
    ("not at all", "a little|slightly", "somewhat|moderately", "very much|very|a lot", "extremely|completely"),
    ("very poor|terrible", "poor", "fair|ok|okay|average", "good", "very good", "excellent"),
    ("低|low", "中低|中下|lower middle", "中|中等|medium|middle", "中高|中上|upper middle", "高|high"),
)
_NEUTRAL = re.compile(
    r"一般般?|中立|普通|无所谓|不确定|说不准|还行|还可以|中等|差不多|一半一半|既不.*也不.*|neutral|neither.*|undecided|average|so.so|fair"
)
_STRENGTH = {
    "非常": 3, "十分": 3, "极其": 3, "极": 3, "完全": 3, "特别": 3, "很": 3, "强烈": 3, "最": 3,
    "比较": 1, "较为": 1, "较": 1, "基本": 1, "基本上": 1, "有点": 1, "有点儿": 1, "有些": 1, "大致": 1,
    "不太": -1, "不大": -1,
    "strongly": 3, "very": 3, "completely": 3, "extremely": 3, "totally": 3, "highly": 3,
    "somewhat": 1, "slightly": 1, "fairly": 1, "rather": 1, "mostly": 1, "a little": 1, "moderately": 1,
}  # fmt: skip
_ADVERB = re.compile("(" + "|".join(sorted(map(re.escape, _STRENGTH), key=len, reverse=True)) + r")?\s*(.*)")
_NEGATED = re.compile(r"(?:不|没|没有|not |dis|un|in)(.+)")
_OPPOSITES = {
    "差": "好",
    "坏": "好",
    "低": "高",
    "少": "多",
    "小": "大",
    "弱": "强",
    "bad": "good",
    "low": "high",
    "worse": "better",
}
_PLAIN_STRENGTH = 2
_MOST_STEPS_BESIDE = 3  # answers with the common stem, before another word counts as their middle
_LETTER = re.compile(r"([A-Z])[.、．:：)）]")
_LETTERED = re.compile(r"^[A-Za-z][.、．:：)）]\s*|^\d{1,2}[、.．)）:：]\s*(?=\D)")
_NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")
_BELOW = re.compile(r"以下|及以下|不足|少于|低于|小于|less|under|below|fewer|<|≤|up to")
_ABOVE = re.compile(r"以上|超过|多于|高于|大于|more|over|above|>|≥|\+")


def order_of(answers: Sequence[str]) -> Order:
    """Return `answers`, given by falling frequency, in the order that their words suggest, else as they are.

    Letters in front (``A. …``) give the codes; yes and no become 1 and 0; all other codes start at 1.
    """
    letters = [_LETTER.match(answer) for answer in answers]
    if len({found.group(1) for found in letters if found}) == len(answers):
        codes = {
            answer: ord(found.group(1)) - ord("A") + 1 for answer, found in zip(answers, letters, strict=True) if found
        }
        ordered = sorted(answers, key=lambda answer: codes[answer])
        return Order(tuple(ordered), tuple(codes[answer] for answer in ordered), "lettered")
    words = [_word(answer) for answer in answers]
    if len(answers) == 2 and len(_NO & set(words)) == len(_YES & set(words)) == 1:  # noqa: PLR2004 (a pair)
        ordered = sorted(answers, key=lambda answer: _word(answer) in _YES)
        return Order(tuple(ordered), (0, 1), "yes_no")
    codes_from_one = tuple(range(1, len(answers) + 1))
    for rank, basis in _RANKINGS:
        ranks = rank(words)
        if ranks is not None and len(set(ranks)) == len(ranks) > 1:
            pairs = sorted(zip(ranks, answers, strict=True), key=lambda pair: pair[0])
            return Order(tuple(answer for _, answer in pairs), codes_from_one, basis)
    return Order(tuple(answers), codes_from_one, "frequency")


def is_ladder(answers: Sequence[str]) -> bool:
    """Return whether every one of at least three answers has a step on one ladder of degrees or frequencies."""
    words = [_word(answer) for answer in answers]
    found = _degrees(words) or _fixed(words)
    return len(words) > 2 and found is not None and len(set(found)) == len(found)  # noqa: PLR2004


def _word(answer: str) -> str:
    return _LETTERED.sub("", unicodedata.normalize("NFKC", answer).strip()).strip(" 。.的").lower()


def _degrees(words: Sequence[str]) -> list[float] | None:
    """Return the degree of each word, from "not at all" to "very"; None if they have no common stem.

    One word without the stem may stand between: 一般, neutral, or whatever a questionnaire calls its middle.
    """
    steps = [None if _NEUTRAL.fullmatch(word) else _degree(word) for word in words]
    stems = Counter(step[1] for step in steps if step is not None and step[1])
    if not stems:
        return None
    stem, count = stems.most_common(1)[0]
    signs = {step[0] > 0 for step in steps if step is not None and step[1] == stem}
    has_middle = count >= _MOST_STEPS_BESIDE and len(signs) > 1
    if count + (1 if has_middle else sum(step is None for step in steps)) < len(words):
        return None
    return [step[0] if step is not None and step[1] == stem else 0.0 for step in steps]


def _degree(word: str) -> tuple[float, str]:
    found = _ADVERB.fullmatch(word)
    adverb, rest = found.groups() if found else (None, word)
    strength = float(_STRENGTH.get(adverb or "", _PLAIN_STRENGTH))
    if strength < 0:  # 不太满意
        return strength, rest
    negated = _NEGATED.fullmatch(rest)
    if negated is not None:
        inner = _ADVERB.fullmatch(negated.group(1))
        return -strength, inner.group(2) if inner else negated.group(1)
    if rest in _OPPOSITES:
        return -strength, _OPPOSITES[rest]
    return strength, rest


def _fixed(words: Sequence[str]) -> list[float] | None:
    for steps in _FIXED:
        ranks = [next((float(i) for i, step in enumerate(steps) if re.fullmatch(step, word)), None) for word in words]
        if all(rank is not None for rank in ranks):
            return [rank for rank in ranks if rank is not None]
    return None


def _numbers(words: Sequence[str]) -> list[float] | None:
    """Return the place of bands such as 18–30岁, 1000元以下, 5000元及以上 by their first number."""
    ranks = []
    for word in words:
        found = _NUMBER.findall(word)
        if not found:
            return None
        first = float(found[0].replace(",", ""))
        ranks.append(
            first - 0.5 if _BELOW.search(word) and len(found) == 1 else first + 0.5 * bool(_ABOVE.search(word))
        )
    return ranks


_RANKINGS: Sequence[tuple[Callable[[Sequence[str]], list[float] | None], Basis]] = (
    (_degrees, "ladder"),
    (_fixed, "ladder"),
    (_numbers, "numbers"),
)
