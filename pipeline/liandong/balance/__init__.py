"""Treated against untreated: covariates, sample flow and missing answers by arm."""

from liandong.balance.compare import ArmComparison, compare_arms

__all__ = ["ArmComparison", "compare_arms"]
