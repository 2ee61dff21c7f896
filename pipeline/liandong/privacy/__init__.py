"""Personal data: found where nobody marked them, hashed where they link records, kept out of everything else."""

from liandong.definitions.linkage_key import KEY_VARIABLE
from liandong.privacy.carried import fields_behind, reads_personal
from liandong.privacy.decisions import described, undecided
from liandong.privacy.findings import Column, Hit
from liandong.privacy.headings import announced
from liandong.privacy.kinds import WORDS, Kind
from liandong.privacy.levels import refuse_personal_levels
from liandong.privacy.linkage import keyed_hash, linkage_key, released
from liandong.privacy.masking import masked, masked_or_withheld, without_values
from liandong.privacy.patterns import holds_personal
from liandong.privacy.scan import scan

__all__ = [
    "KEY_VARIABLE",
    "WORDS",
    "Column",
    "Hit",
    "Kind",
    "announced",
    "described",
    "fields_behind",
    "holds_personal",
    "keyed_hash",
    "linkage_key",
    "masked",
    "masked_or_withheld",
    "reads_personal",
    "refuse_personal_levels",
    "released",
    "scan",
    "undecided",
    "without_values",
]
