"""The documents of ``liandong report``, ``liandong claims`` and ``liandong quality``."""

from __future__ import annotations

from functools import partial
from typing import Final

from liandong.evidence import RESTRICTED
from liandong.render import PUBLIC
from liandong.workflow.documents import Document, make_document

EVALUATION: Final = Document("evaluation", "", PUBLIC, with_own_pages=True)
SUPERVISION: Final = Document(
    "data_quality",
    RESTRICTED,
    ("tables", "manifest.json", f"{RESTRICTED}/quality", f"{RESTRICTED}/figures"),
    is_private=True,
    needs_models=False,
)
"""It names cases and interviewers, so it stays restricted. During field work models may not be estimable yet."""

AUDIT: Final = Document("audit", "", PUBLIC, needs_models=False, needs_data=False)
"""Published figures can be checked against themselves without any data."""

DOCUMENTS: Final = {document.page: document for document in (EVALUATION, SUPERVISION, AUDIT)}
"""Every document by its page, for whoever has to make it again."""

report_study = partial(make_document, EVALUATION)
"""Render the evaluation report; parameters, result and errors as :func:`make_document`."""
audit_study = partial(make_document, AUDIT)
"""Render the audit of published figures; parameters, result and errors as :func:`make_document`."""
supervise_study = partial(make_document, SUPERVISION)
"""Render the report of field supervision into ``restricted/report/`` of the bundle, as :func:`make_document`."""
