"""What an auditor asks of a result: which number to believe, which other answers there are, and why they differ."""

from liandong.audit.explain_se import Spread, explanation_table, spreads
from liandong.audit.judgement import Circumstances, Found, Judgement, judge
from liandong.audit.multiplicity import multiplicity_table
from liandong.audit.prospects import prospect_table
from liandong.audit.sensitivity import SensitivityTables, sensitivity_tables
from liandong.audit.verdicts import verdict_tables

__all__ = [
    "Circumstances",
    "Found",
    "Judgement",
    "SensitivityTables",
    "Spread",
    "explanation_table",
    "judge",
    "multiplicity_table",
    "prospect_table",
    "sensitivity_tables",
    "spreads",
    "verdict_tables",
]
