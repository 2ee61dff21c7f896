"""The imperative shell: read, call the stages, write; what the commands run."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from liandong.workflow.check import check_study
    from liandong.workflow.claimed import ClaimsResult, ClaimVerdict, hold_claims
    from liandong.workflow.doctor import examine
    from liandong.workflow.explain import ExplainResult, explain_study
    from liandong.workflow.given import Given
    from liandong.workflow.lock import check_lock, lock_study, plan_status
    from liandong.workflow.new import NewResult, new_study
    from liandong.workflow.power import PowerResult, plan_power
    from liandong.workflow.report import audit_study, report_study, supervise_study
    from liandong.workflow.results import CheckResult, Finding, LockResult, ReportResult, RunResult
    from liandong.workflow.run import run_study
    from liandong.workflow.sheets import report_by
    from liandong.workflow.verify import Verification, verify_bundle

__all__ = [
    "CheckResult",
    "ClaimVerdict",
    "ClaimsResult",
    "ExplainResult",
    "Finding",
    "Given",
    "LockResult",
    "NewResult",
    "PowerResult",
    "ReportResult",
    "RunResult",
    "Verification",
    "audit_study",
    "check_lock",
    "check_study",
    "examine",
    "explain_study",
    "hold_claims",
    "lock_study",
    "new_study",
    "plan_power",
    "plan_status",
    "report_by",
    "report_study",
    "run_study",
    "supervise_study",
    "verify_bundle",
]

_HOME = {
    "ClaimVerdict": "claimed",
    "ClaimsResult": "claimed",
    "ExplainResult": "explain",
    "Given": "given",
    "NewResult": "new",
    "PowerResult": "power",
    "audit_study": "report",
    "check_lock": "lock",
    "check_study": "check",
    "examine": "doctor",
    "explain_study": "explain",
    "hold_claims": "claimed",
    "lock_study": "lock",
    "new_study": "new",
    "plan_power": "power",
    "plan_status": "lock",
    "report_by": "sheets",
    "report_study": "report",
    "run_study": "run",
    "supervise_study": "report",
    "Verification": "verify",
    "verify_bundle": "verify",
    **dict.fromkeys(("CheckResult", "Finding", "LockResult", "ReportResult", "RunResult"), "results"),
}


def __getattr__(name: str) -> Any:
    """Import a command's module when it is first asked for: ``check`` does not wait for the renderer."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
