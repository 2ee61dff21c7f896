"""A process that draws its share of a bundle's figures.

::

    python -m liandong.present.drawing

imports matplotlib at once, which takes half a second, and only then waits for its task on standard input: a JSON object
``{"bundle": folder, "folder": folder, "languages": ["zh", "en"], "share": [at, of], "page": "evaluation"}``. It answers
on standard output with ``{"error": null}`` or, where a figure cannot be drawn, with the parts of the RenderError. When
the input ends without a task it ends too. So it can be started before there is a bundle.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TextIO

from liandong.errors import RenderError
from liandong.evidence import read_bundle
from liandong.present.charts import get_ready
from liandong.present.charts_claims import draw_claims
from liandong.present.charts_supervision import draw_supervision
from liandong.present.figures import draw_figures

DRAWERS = {"evaluation": draw_figures, "data_quality": draw_supervision, "audit": draw_claims}


def serve(task: TextIO, answer: TextIO) -> None:
    """Get ready, read one task from `task`, draw, and write the outcome to `answer`, both as JSON."""
    try:
        get_ready()
        text = task.read()
        if text.strip():
            _carry_out(text)
    except RenderError as error:
        parts = {"message": error.message, "where": error.where, "hint": error.hint, "zh": error.zh}
        json.dump({"error": parts}, answer)
    else:
        json.dump({"error": None}, answer)


def _carry_out(text: str) -> None:
    asked = json.loads(text)
    at, of = asked["share"]
    bundle, folder = read_bundle(Path(asked["bundle"])), Path(asked["folder"])
    DRAWERS[asked["page"]](bundle, folder, asked["languages"], share=(at, of))


if __name__ == "__main__":
    serve(sys.stdin, sys.stdout)
