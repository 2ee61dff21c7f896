"""The reasons of checks that need the tables of a bundle."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from liandong.claims.reason_type import Reason

DATA_REASONS: Mapping[str, Reason] = MappingProxyType({})
