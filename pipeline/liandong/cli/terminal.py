"""What the user sees: results on stdout, progress and errors on stderr, and little of it when nobody watches."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from liandong.cli.scaffolding import guess_lines
from liandong.errors import ExitCode, LiandongError

if TYPE_CHECKING:
    from liandong.workflow import CheckResult, Finding, LockResult, ReportResult, RunResult

_SHOWN_RULES, _SHOWN_NOTES, _SHOWN_NAMES = 50, 25, 15


class Terminal:
    """Writes to the terminal that the process was started in."""

    @contextmanager
    def progress(self) -> Iterator[Callable[[str], None]]:
        """Give a function that shows the current step; it stays silent when stderr is not a terminal."""
        if not sys.stderr.isatty():
            yield lambda _step: None
            return
        from rich.console import Console

        console = Console(stderr=True)
        with console.status("Reading definitions …") as status:
            yield lambda step: status.update(f"{step} …")

    def check_result(self, result: CheckResult) -> None:
        """Say what was checked, and which rules were broken how often."""
        _out(f"{result.study_id}: definitions are complete and consistent ({result.definition_files} files).")
        _out(_plan_line(result))
        _data_lines(result)
        for line in guess_lines(result.guesses):
            _out(line)

    def lock_result(self, result: LockResult) -> None:
        """Say what is on record now; only the hash when piped."""
        if sys.stdout.isatty():
            state = "locked" if result.written else "unchanged since it was locked"
            _out(f"Plan of {result.n_items} decisions {state} on {result.locked_on}: {result.path}")
            for what, keys in result.changes.by_kind().items():
                for key in keys:
                    _out(f"  {what}: {key}")
        _out(result.plan)

    def run_result(self, result: RunResult) -> None:
        """Say where the bundle is, how many rows it rests on, and what a person has to look at.

        Piped, only the path is on stdout; what needs a person goes to stderr, and the notes are counted.
        """
        open_matters = list(_open_matters(result))
        if sys.stdout.isatty():
            _out(f"{result.rows['accepted']:,} of {result.rows['received']:,} rows accepted; {result.seconds:.1f} s.")
            for line in [*(f"note: {note}" for note in result.notes), *open_matters]:
                _out(f"  {line}")
        else:
            for line in open_matters:
                _err(line)
            if result.notes:
                _err(f"{len(result.notes):,} notes on data and models: see manifest.json")
        _out(str(result.bundle))

    def report_result(self, result: ReportResult) -> None:
        """List the files made."""
        if sys.stdout.isatty():
            ran = "run and rendered" if result.ran else "bundle is up to date; rendered"
            _out(f"{ran} with the {result.renderer} renderer in {result.seconds:.1f} s:")
        for note in result.notes:
            _err(f"note: {note}")
        for file in result.files:
            _out(str(file))

    def findings(self, findings: Sequence[Finding]) -> None:
        """List what the doctor found."""
        for finding in findings:
            _out(f"{finding.mark} {finding.subject}: {finding.text}")

    def error(self, error: LiandongError) -> None:
        """Show an error with its place and remedy, and one line in Chinese below it."""
        from liandong.privacy.masking import masked

        _err(f"Error: {masked(str(error))}")
        _err(f"错误：{masked(error.zh)}")

    def usage(self, error: Exception) -> None:
        """Show what was wrong with the command line; Typer's own errors add the usage line themselves."""
        show = getattr(error, "show", None)
        if callable(show):
            show()
        else:
            _err(f"Error: {error}")
        _err("错误：命令用法有误。")

    def internal(self, trace: str) -> None:
        """Show a fault of the program itself."""
        _err(trace.rstrip())
        _err("Error: liandong itself failed; no half-written file was left behind. Please report the lines above.")
        _err("错误：程序内部错误，没有留下写到一半的文件；请将以上信息反馈给维护者。")

    def interrupted(self) -> ExitCode:
        """Say that the user stopped the work, and return the exit code for it."""
        _err("\nInterrupted; no half-written file was left behind.")
        _err("已中断；没有留下写到一半的文件。")
        return ExitCode.INTERRUPTED


def _open_matters(result: RunResult) -> Iterator[str]:
    """Yield what a run leaves for a person to look at."""
    rows = result.rows
    if rows["rejected"]:
        yield f"{rows['rejected']:,} of {rows['received']:,} rows rejected: restricted/rejected.parquet says why"
    if result.guesses:
        yield f"{result.guesses:,} guesses of a drafted study are undecided: `liandong check` lists them"
    if result.cases:
        yield f"for field supervision: {result.cases:,} cases, which `liandong quality` lists"


def _data_lines(result: CheckResult) -> None:
    if result.rows is None:
        _out("No data file yet; only the definitions were checked.")
        _name_list("  to come", result.awaited)
        return
    rows = result.rows
    _out(f"Data: {rows['received']:,} rows, {rows['accepted']:,} accepted, {rows['rejected']:,} rejected.")
    _name_list("  columns not in the codebook, not used", result.unknown_columns)
    _name_list("  fields not in the data", result.absent_columns)
    for note in result.notes[:_SHOWN_NOTES]:
        _out(f"  note: {note}")
    if len(result.notes) > _SHOWN_NOTES:
        _out(f"  … and {len(result.notes) - _SHOWN_NOTES} more notes; `liandong run` writes them all to manifest.json")
    if result.broken_rules:
        _out("Broken rules:")
    for line in result.broken_rules[:_SHOWN_RULES]:
        _out(f"  {line}")
    if len(result.broken_rules) > _SHOWN_RULES:
        rest = [line.partition(": ")[0] for line in result.broken_rules[_SHOWN_RULES:]]
        _name_list(f"  … and {len(rest)} more rules", rest)


def _name_list(what: str, names: Sequence[str]) -> None:
    if names:
        shown = ", ".join(names[:_SHOWN_NAMES])
        rest = f" … and {len(names) - _SHOWN_NAMES} more" if len(names) > _SHOWN_NAMES else ""
        _out(f"{what}: {shown}{rest}")


def _plan_line(result: CheckResult) -> str:
    if result.locked_on is None:
        return "The plan is not locked; `liandong lock` puts it on record."
    counts = ", ".join(f"{len(keys)} {what}" for what, keys in result.plan_changes.by_kind().items() if keys)
    if not counts:
        return f"The plan is as it was locked on {result.locked_on}."
    return f"The plan differs from the one locked on {result.locked_on}: {counts} (see `liandong lock --check`)."


def _out(line: str) -> None:
    sys.stdout.write(printable(line) + "\n")


def _err(line: str) -> None:
    sys.stderr.write(printable(line) + "\n")


def printable(text: str) -> str:
    """Return text whose control characters and marks of direction are spelt out: a terminal would obey them."""
    unseen = {c for c in text if c not in "\n\t" and unicodedata.category(c) in {"Cc", "Cf", "Cs"}}
    return text.translate({ord(c): f"\\u{ord(c):04x}" for c in unseen})
