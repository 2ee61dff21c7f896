"""The figures of a report, drawn by processes of their own: plotnine takes long, to import and for every figure."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from liandong.definitions import Language
from liandong.errors import RenderError
from liandong.evidence.scratch import scratch_folder
from liandong.workflow.beside import process_beside

_PATIENCE_SECONDS = 900
_MOST = 4


@dataclass(frozen=True, slots=True)
class Drawing:
    """Processes that get ready, and are given a bundle once there is one."""

    processes: tuple[subprocess.Popen[str], ...]
    folder: Path

    def draw(self, bundle: Path, folder: Path, languages: Sequence[Language], page: str) -> None:
        """Draw all figures of a page of the bundle into `folder`, as :func:`liandong.present.draw_figures` does.

        Raises
        ------
        RenderError
            As `draw_figures` raises it; also when a process dies or takes longer than 15 minutes.
        """
        places = {"bundle": str(bundle.resolve()), "folder": str(folder.resolve())}
        task = {**places, "languages": list(languages), "page": page}
        for at, process in enumerate(self.processes):
            assert process.stdin is not None
            try:
                process.stdin.write(json.dumps({**task, "share": [at, len(self.processes)]}))
                process.stdin.close()
            except BrokenPipeError:
                pass  # it has ended, and its answer says why
        for at in range(len(self.processes)):
            self._await(at)

    def _await(self, at: int) -> None:
        try:
            code = self.processes[at].wait(timeout=_PATIENCE_SECONDS)
        except subprocess.TimeoutExpired as error:
            raise RenderError(f"the figures were not drawn within {_PATIENCE_SECONDS} s", zh="绘图超时。") from error
        if code != 0:
            lines = (self.folder / f"{at}.log").read_text(encoding="utf-8", errors="replace").strip().splitlines()
            raise RenderError(
                f"drawing the figures failed: {lines[-1] if lines else f'exit code {code}'}",
                hint="please report this with the definitions",
                zh="绘图失败。",
            )
        found = json.loads((self.folder / f"{at}.json").read_text(encoding="utf-8"))["error"]
        if found is not None:
            raise RenderError(found.pop("message"), **found)


@contextmanager
def drawing() -> Iterator[Drawing]:
    """Start the processes, which import while a study is run; however the block ends, they end with it."""
    with scratch_folder() as folder, ExitStack() as stack:
        processes = tuple(
            stack.enter_context(process_beside("liandong.present.drawing", folder / f"{at}.json", folder / f"{at}.log"))
            for at in range(min(os.cpu_count() or 1, _MOST))
        )
        yield Drawing(processes, folder)
