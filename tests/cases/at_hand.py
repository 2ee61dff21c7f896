"""Stand-ins for the processes that a run starts beside itself: they do the same work in the process of the tests.

Each of those processes imports linearmodels or matplotlib, which takes longer than all that a small study gives it
to do. That they start, fail and end as they should is tested in tests/unit/workflow, where they are real.
"""

from __future__ import annotations

import io
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

import pytest

_USERS = ("liandong.workflow.crosscheck", "liandong.workflow.drawing")


class _Input(io.StringIO):
    """Keeps what was written to it."""

    text = ""

    def close(self) -> None:
        if not self.closed:
            self.text = self.getvalue()
        super().close()


class _AtHand:
    """What a run sees of a process: an input to write to, and an exit code to wait for."""

    def __init__(self, module: str, answer: Path, log: Path) -> None:
        self.stdin = _Input()
        self._serve, self._answer, self._log = import_module(module).serve, answer, log
        self._code: int | None = None

    def wait(self, timeout: float) -> int:
        assert timeout > 0
        if self._code is None:
            self._code = self._worked()
        return self._code

    def poll(self) -> int | None:
        return self._code

    def _worked(self) -> int:
        try:
            with self._answer.open("w", encoding="utf-8") as answer, warnings.catch_warnings():
                warnings.simplefilter("ignore")  # nobody sees those of a process either
                self._serve(io.StringIO(self.stdin.text), answer)
        except Exception:  # noqa: BLE001 (a process writes any of them to its log, and ends)
            self._log.write_text(traceback.format_exc(), encoding="utf-8")
            return 1
        return 0


@contextmanager
def work_at_hand() -> Iterator[None]:
    """Within it, a run does itself what it gives to processes beside it otherwise."""

    @contextmanager
    def beside(module: str, answer: Path, log: Path) -> Iterator[_AtHand]:
        yield _AtHand(module, answer, log)

    with pytest.MonkeyPatch.context() as patch:
        for user in _USERS:
            patch.setattr(f"{user}.process_beside", beside)
        yield
