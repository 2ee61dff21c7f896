"""Every error that a user can cause, by phase; each carries its exit code and a Chinese summary."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum


class ExitCode(IntEnum):
    """What the command line tells the shell."""

    DONE = 0
    INTERNAL = 1
    DEFINITIONS = 2
    DATA = 3
    ESTIMATION = 4
    RENDERING = 5
    DIFFERENCE = 6
    OUTPUT = 7
    INTERRUPTED = 130


class LiandongError(Exception):
    """Base of all errors that liandong raises on purpose.

    Parameters
    ----------
    message
        What was expected and what came, in plain English.
    where
        The file, field, row or definition path concerned.
    hint
        What the user can do about it.
    zh
        One line in Chinese for the reader who does not read English; the class has a general one.
    """

    exit_code: ExitCode = ExitCode.INTERNAL
    summary_zh = "程序内部错误。"

    def __init__(
        self, message: str, *, where: str | None = None, hint: str | None = None, zh: str | None = None
    ) -> None:
        self.message = message
        self.where = where
        self.hint = hint
        self.zh = zh or self.summary_zh
        super().__init__(message)

    def __str__(self) -> str:
        """Return the message with its place and its remedy, one per line."""
        lines = [self.message if self.where is None else f"{self.where}: {self.message}"]
        if self.hint:
            lines.append(f"  → {self.hint}")
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in the definitions: its place, the matter, and the nearest valid name if there is one."""

    where: str
    message: str
    hint: str | None = None

    def __str__(self) -> str:
        """Return one line: path, message and remedy."""
        return f"{self.where}: {self.message}" + (f" ({self.hint})" if self.hint else "")


class DefinitionError(LiandongError):
    """Study or instrument definitions that cannot be used; carries every problem found, not only the first."""

    exit_code = ExitCode.DEFINITIONS
    summary_zh = "研究定义有误，请按所列位置逐条修改。"

    def __init__(self, problems: Sequence[Problem], *, subject: str = "the definitions", zh: str | None = None) -> None:
        self.problems = tuple(problems)
        count = len(self.problems)
        head = f"{count} problem{'s' if count > 1 else ''} in {subject}"
        super().__init__("\n".join([head, *(f"  - {problem}" for problem in self.problems)]), zh=zh)


class IngestError(LiandongError):
    """A data file that cannot be read as what it claims to be."""

    exit_code = ExitCode.DATA
    summary_zh = "数据文件无法读取。"


class ValidationError(LiandongError):
    """Data that were read but cannot be accepted."""

    exit_code = ExitCode.DATA
    summary_zh = "数据未通过校验。"


class EstimationError(LiandongError):
    """A model, scale or indicator that the accepted data cannot carry."""

    exit_code = ExitCode.ESTIMATION
    summary_zh = "现有数据无法完成该项估计。"


class RenderError(LiandongError):
    """A page that cannot be turned into a document."""

    exit_code = ExitCode.RENDERING
    summary_zh = "报告无法生成。"


class DifferenceError(LiandongError):
    """Definitions or numbers that differ from what was put on record."""

    exit_code = ExitCode.DIFFERENCE
    summary_zh = "与存档记录不一致。"


class OutputError(LiandongError):
    """A place that cannot be written to."""

    exit_code = ExitCode.OUTPUT
    summary_zh = "无法写入输出目录。"
