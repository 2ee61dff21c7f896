"""Small exports as 问卷星 and KoBo write them; all answers are made up from the row number."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

ROWS = 80
AGREE = ("非常不同意", "不同意", "一般", "同意", "非常同意")
SCHOOL = ("小学及以下", "初中", "高中/中专", "大专", "本科及以上")
CONTENT = ("非常不满意", "不太满意", "一般", "比较满意", "非常满意")
SERVICES = ("心理支持", "物资代办", "就医协助", "其他")
ITEMS = ("在这个社区里我感到自在", "邻居之间互相帮助", "社区的事与我有关")
_PARADATA = ("序号", "提交答卷时间", "所用时间", "来源", "来源详情", "来自IP")


def write(path: Path, header: Sequence[str], rows: Sequence[Sequence[object]]) -> Path:
    """Write a CSV with the byte order mark that such exports carry."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)
    return path


def served(row: int) -> bool:
    """Whether the respondent of a row got the questions on services."""
    return row % 6 != 0


def chosen(row: int) -> list[str]:
    """The services that the respondent of a row ticked: at least one."""
    return [name for i, name in enumerate(SERVICES) if (row >> i) & 1] or [SERVICES[-1]]


def _paradata(row: int) -> list[object]:
    moment = f"2024/{3 + row % 3}/{1 + row % 28} {8 + row % 12}:{row % 60:02d}:05"
    address = f"111.{20 + row % 7}.{row}.9(湖北-武汉)"
    return [row, moment, f"{60 + 7 * row}秒", ("微信", "链接")[row % 2], "直接访问", address]


def wjx_codes(path: Path) -> Path:
    """Write the export by number of the option: one column per option, -3 where a question was skipped."""
    header = [
        *_PARADATA,
        "1、您的性别",
        "2、您的年龄（周岁）",
        "3、您是否得到过社工服务？",
        *(f"4、您得到过哪些服务？({name})" for name in SERVICES),
        "5、您对社工服务的满意度",
        *(f"6、您对下列说法的同意程度—{item}" for item in ITEMS),
        "7、您的手机号码",
        "总分",
    ]
    rows = []
    for row in range(1, ROWS + 1):
        ticks = [int(name in chosen(row)) for name in SERVICES] if served(row) else [-3] * len(SERVICES)
        items = [1 + (row * (i + 2)) % 5 for i in range(len(ITEMS))]
        content = 1 + row % 5 if served(row) else -3
        phone = f"138{row * 7919 % 100_000_000:08d}"
        start = [*_paradata(row), 1 + row % 2, 18 + row % 60, 1 if served(row) else 2]
        rows.append([*start, *ticks, content, *items, phone, sum(items)])
    return write(path, header, rows)


def wjx_texts(path: Path) -> Path:
    """Write the export by text of the option: words, several in one cell, （跳过） where a question was skipped."""
    header = [
        *_PARADATA,
        "1、您的性别",
        "2、您的受教育程度",
        "3、您是否得到过社工服务？",
        "4、您得到过哪些服务？",
        "5、您对社工服务的满意度",
        *(f"6、您对下列说法的同意程度({item})" for item in ITEMS),
        "7、您对社区还有什么建议？",
    ]
    rows = []
    for row in range(1, ROWS + 1):
        names = [f"{name}〖第{row}行〗" if name == "其他" and row % 9 == 0 else name for name in chosen(row)]
        several = "┋".join(names) if served(row) else "(跳过)"
        items = [AGREE[(row * (i + 2)) % 5] for i in range(len(ITEMS))]
        content = CONTENT[row % 5] if served(row) else "(跳过)"
        answers = ["男" if row % 2 else "女", SCHOOL[row % 5], "是" if served(row) else "否", several, content]
        rows.append([*_paradata(row), *answers, *items, "(空)" if row % 3 else f"多办活动{row}"])
    return write(path, header, rows)


def kobo(path: Path) -> Path:
    """Write the export of a form with groups, a question with several answers, a place, and system columns."""
    header = [
        *("start", "end", "deviceid", "hh/enumerator", "hh/village", "hh/size", "hh/assets", "hh/assets/radio"),
        *("hh/assets/bike", "hh/_gps_latitude", "hh/_gps_longitude", "rooms", "income", "_id", "_uuid"),
        *("_submission_time", "_index"),
    ]
    rows = []
    for row in range(1, ROWS + 1):
        assets = [row % 2, (row // 2) % 2]
        words = " ".join(name for name, has in zip(("radio", "bike"), assets, strict=True) if has)
        day = f"2024-05-{1 + row % 28:02d}"
        moment = f"{day}T{8 + row % 10:02d}:{row % 60:02d}:11.123+08:00"
        end = f"{day}T{9 + row % 10:02d}:{row % 60:02d}:40.500+08:00"
        place = [30.5 + row / 1000, 114.3 + row / 1000]
        answers = [f"E{row % 4}", f"V{row % 8:02d}", 1 + row % 7, words, *assets, *place, 1 + row % 5]
        system = [100_000 + row, f"uuid-{row:04d}-abcd", f"{day}T20:00:00", row]
        rows.append([moment, end, f"ee.uuid:{row % 3}", *answers, 999 if row % 11 == 0 else 10 * (row % 50), *system])
    return write(path, header, rows)
