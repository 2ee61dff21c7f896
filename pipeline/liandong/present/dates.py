"""Dates in the long form of a language, never that of the machine."""

from __future__ import annotations

import datetime as dt

from liandong.present.facts import Facts

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def long_date(text: str | None, facts: Facts) -> str:
    """Return an ISO date in the long form of the language, anything else as it is."""
    try:
        date = dt.date.fromisoformat(text or "")
    except ValueError:
        return text or ""
    if facts.lang == "zh":
        return f"{date.year}年{date.month}月{date.day}日"
    # Not strftime: that speaks the language of the machine.
    return f"{date.day} {_MONTHS[date.month - 1]} {date.year}"
