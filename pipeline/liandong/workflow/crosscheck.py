"""The second estimate by linearmodels, in a process of its own: importing it takes three seconds."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from liandong.errors import EstimationError
from liandong.estimate import compare_fits, crosscheck_plan
from liandong.evidence.scratch import scratch_folder
from liandong.models import ModelPlan
from liandong.workflow.beside import process_beside

_PATIENCE_SECONDS = 900


@dataclass(frozen=True, slots=True)
class Crosscheck:
    """A process that gets ready, is given the models once there are rows, and is asked for its fits at the end."""

    process: subprocess.Popen[str]
    folder: Path

    def give(self, frame: pl.DataFrame, plans: Sequence[ModelPlan], weight: str | None) -> None:
        """Hand over the models of `plans` and the columns of `frame` that they need."""
        models = crosscheck_plan(plans, weight)
        columns = {
            name for model in models for name in (model["cluster"], weight, *model["absorb"], *model["measured"])
        }
        rows = self.folder / "rows.parquet"
        frame.select(name for name in frame.columns if name in columns).write_parquet(rows)
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(json.dumps({"rows": str(rows), "models": models}))
            self.process.stdin.close()
        except BrokenPipeError:
            raise self._failed() from None

    def compare(self, estimates: pl.DataFrame) -> pl.DataFrame:
        """Wait for the fits and return table ``crosscheck``.

        Raises
        ------
        EstimationError
            When the refit failed: a report must not go out with one estimate where two are promised.
        """
        try:
            code = self.process.wait(timeout=_PATIENCE_SECONDS)
        except subprocess.TimeoutExpired as error:
            raise EstimationError(
                f"the cross-check by linearmodels did not end within {_PATIENCE_SECONDS} s", zh="交叉核对超时。"
            ) from error
        if code != 0:
            raise self._failed()
        return compare_fits(estimates, json.loads((self.folder / "fits.json").read_text(encoding="utf-8")))

    def _failed(self) -> EstimationError:
        lines = (self.folder / "log").read_text(encoding="utf-8", errors="replace").strip().splitlines()
        return EstimationError(
            f"the cross-check by linearmodels failed: {lines[-1] if lines else f'exit code {self.process.poll()}'}",
            hint="a second program could not confirm the models; please report this with the definitions",
            zh="linearmodels 交叉核对失败。",
        )


@contextmanager
def crosschecking() -> Iterator[Crosscheck]:
    """Start the process, which imports while the data are read; however the block ends, the process ends with it."""
    with (
        scratch_folder() as folder,
        process_beside("liandong.estimate.refit", folder / "fits.json", folder / "log") as process,
    ):
        yield Crosscheck(process, folder)
