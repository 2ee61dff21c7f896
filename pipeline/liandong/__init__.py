"""Evaluate community programmes: from a survey file and a study definition to a report that can be audited."""

__version__ = "0.1.0"
