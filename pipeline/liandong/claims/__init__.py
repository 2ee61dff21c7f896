"""Published figures held against themselves and against a bundle's tables: values in, graded verdicts out."""

from liandong.claims.checks import check_claims, claim_frames
from liandong.claims.evidence_rows import Evidence, evidence_of

__all__ = ["Evidence", "check_claims", "claim_frames", "evidence_of"]
