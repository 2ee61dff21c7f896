"""How an effect comes about and for whom: mediation, subgroups, doses, and a check on ordered answers."""

from liandong.mechanisms.dose import dose_tables
from liandong.mechanisms.heterogeneity import heterogeneity_tables
from liandong.mechanisms.mediation import mediation_table
from liandong.mechanisms.ordinal import ordinal_table

__all__ = ["dose_tables", "heterogeneity_tables", "mediation_table", "ordinal_table"]
