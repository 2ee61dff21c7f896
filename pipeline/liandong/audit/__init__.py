"""What an auditor asks of a result: which other answers there are to the same question, and why they differ."""

from liandong.audit.explain_se import Spread, explanation_table, spreads

__all__ = ["Spread", "explanation_table", "spreads"]
