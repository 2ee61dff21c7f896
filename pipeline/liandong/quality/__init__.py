"""Quality of the data: what is missing and why, and the high-frequency checks of field supervision."""

from liandong.quality.missingness import missingness_table
from liandong.quality.received import Received
from liandong.quality.supervision import Supervision, supervise_rows

__all__ = ["Received", "Supervision", "missingness_table", "supervise_rows"]
