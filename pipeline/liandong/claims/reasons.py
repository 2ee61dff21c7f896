"""Every reason that a check can give, with the check and the verdict that it carries.

A code says what was found; the sentence is in the catalogue of `present`, its numbers are in claim_values under the
names listed here. `reasons_data` holds the codes of checks that need the tables of a bundle, `reasons_self` the others.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from liandong.claims.reason_type import Check, Reason, Verdict
from liandong.claims.reasons_data import DATA_REASONS
from liandong.claims.reasons_self import SELF_REASONS

REASONS: Mapping[str, Reason] = MappingProxyType({**SELF_REASONS, **DATA_REASONS})

__all__ = ["REASONS", "Check", "Reason", "Verdict"]
