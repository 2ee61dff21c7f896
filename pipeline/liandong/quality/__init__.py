"""Quality of the accepted data: what is missing, and why."""

from liandong.quality.missingness import missingness_table

__all__ = ["missingness_table"]
