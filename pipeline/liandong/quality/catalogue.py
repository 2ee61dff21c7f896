"""The high-frequency checks by name: what they count, how grave a finding is, and what to do about it."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from types import MappingProxyType

from liandong.definitions.quality import Quality
from liandong.definitions.text import Text


@dataclass(frozen=True, slots=True)
class Check:
    """One check; `rule` has the thresholds of a study in braces, `what` what is known of a finding."""

    id: str
    title: Text
    unit: str
    severity: int
    rule: Text
    what: Text
    source: str


@functools.cache
def catalogue() -> Mapping[str, Check]:
    """Return all checks in the order of the report."""
    text = resources.files("liandong.quality").joinpath("catalogue.toml").read_text(encoding="utf-8")
    return MappingProxyType(
        {
            name: Check(
                id=name,
                title=Text(zh=entry["zh"], en=entry["en"]),
                unit=entry["unit"],
                severity=entry["severity"],
                rule=Text(zh=entry["rule_zh"], en=entry["rule_en"]),
                what=Text(zh=entry["what_zh"], en=entry["what_en"]),
                source=entry["source"],
            )
            for name, entry in tomllib.loads(text).items()
        }
    )


def rule_of(check: Check, spec: Quality) -> Text:
    """Return the rule of a check with the thresholds of the study."""
    least = spec.shortest_minutes
    values = {
        "near_duplicate_share": f"{100 * spec.near_duplicate_share:g}%",
        "speeder_share": f"{100 * spec.speeder_share:g}%",
        "shortest_zh": "" if least is None else f"，或短于{least:g}分钟",
        "shortest_en": "" if least is None else f", or than {least:g} minutes",
        "longest_minutes": f"{spec.longest_minutes:g}",
        "outlier_distance": f"{spec.outlier_distance:g}",
        "hours": "–" if spec.hours is None else f"{spec.hours[0]}–{spec.hours[1]}",
    }
    return Text(zh=check.rule.zh.format(**values), en=check.rule.en.format(**values))
