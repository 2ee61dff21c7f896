"""Commands and exit codes; the work is in ``liandong.workflow``, imported only by the command that needs it."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from enum import StrEnum
from functools import partial
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer
from typer.exceptions import TyperException

from liandong import __version__
from liandong.cli.planning import power
from liandong.cli.scaffolding import new
from liandong.cli.terminal import Terminal
from liandong.cli.tracing import trace
from liandong.errors import ExitCode, LiandongError

if TYPE_CHECKING:
    from liandong.workflow import ReportResult

app = typer.Typer(
    name="liandong",
    help="Evaluate a community programme: from a survey file and a study definition to a report that can be audited.",
    epilog="Exit codes: 0 done, 1 internal error, 2 usage or definitions, 3 data, 4 estimation, 5 rendering, "
    "6 differs from the record, 7 output cannot be written, 130 interrupted.",
    invoke_without_command=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


class _Renderer(StrEnum):
    auto = "auto"
    embedded = "embedded"
    quarto = "quarto"


class _Language(StrEnum):
    zh = "zh"
    en = "en"


class _Format(StrEnum):
    html = "html"
    pdf = "pdf"
    docx = "docx"


StudyPath = Annotated[Path, typer.Argument(metavar="STUDY", help="study.yaml, or the folder that holds it")]
OutPath = Annotated[Path | None, typer.Option("--out", help="Where the bundle goes [default: build/<id of the study>]")]

RendererChoice = Annotated[_Renderer, typer.Option(help="auto takes Quarto when it is on PATH")]
Languages = Annotated[list[_Language] | None, typer.Option(help="Repeat for both [default: as the study says]")]
Formats = Annotated[
    list[_Format] | None, typer.Option("--format", help="Repeat for several [default: as the study says]")
]


@app.callback()
def _root(
    context: typer.Context, *, version: Annotated[bool, typer.Option("--version", help="Show the version")] = False
) -> None:
    """Show the version, or the help when no command is given."""
    if version:
        typer.echo(f"liandong {__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@app.command()
def check(study: StudyPath) -> int:
    """Check the definitions, and the data if they are there; write nothing.

    Guesses of `liandong new` are listed. Exit code 2 when one of them must be decided before the study can run.
    """
    from liandong.workflow import check_study

    terminal = Terminal()
    with terminal.progress() as on_progress:
        result = check_study(study, on_progress=on_progress)
    terminal.check_result(result)
    return ExitCode.DEFINITIONS if any(guess.blocks for guess in result.guesses) else ExitCode.DONE


@app.command()
def run(study: StudyPath, out: OutPath = None) -> None:
    """Run the study and write its evidence bundle."""
    from liandong.workflow import run_study

    terminal = Terminal()
    with terminal.progress() as on_progress:
        result = run_study(study, out=out, on_progress=on_progress)
    terminal.run_result(result)


@app.command()
def report(
    study: StudyPath,
    out: OutPath = None,
    renderer: RendererChoice = _Renderer.auto,
    lang: Languages = None,
    formats: Formats = None,
    page: Annotated[
        list[Path] | None,
        typer.Option(metavar="PAGE.qmd", help="A page of your own instead, with the same data at hand; repeatable"),
    ] = None,
    by: Annotated[
        str | None,
        typer.Option(metavar="community", help="One page per community instead, each against all others together"),
    ] = None,
) -> None:
    """Render the report; the study is run first if its data or definitions have changed."""
    from liandong.workflow import report_by, report_study

    if by is not None:
        if page:
            raise typer.BadParameter("--by renders pages of its own; leave out --page", param_hint="--by")
        _render(partial(report_by, by=by), study, out, renderer, lang, formats)
        return
    _render(partial(report_study, pages=page or ()), study, out, renderer, lang, formats)


@app.command()
def claims(
    study: StudyPath,
    out: OutPath = None,
    renderer: RendererChoice = _Renderer.auto,
    lang: Languages = None,
    formats: Formats = None,
    *,
    no_report: Annotated[bool, typer.Option("--no-report", help="Show the verdicts and render nothing")] = False,
) -> None:
    """Hold published figures against each other and, where there are any, against the data; render the audit report.

    A verdict never changes the exit code.
    """
    from liandong.cli.claiming import show_claims
    from liandong.workflow import audit_study, hold_claims

    terminal = Terminal()
    with terminal.progress() as on_progress:
        result = hold_claims(study, out=out, on_progress=on_progress)
    show_claims(result)
    if not no_report:
        _render(audit_study, study, out, renderer, lang, formats)


@app.command()
def quality(
    study: StudyPath,
    out: OutPath = None,
    renderer: RendererChoice = _Renderer.auto,
    lang: Languages = None,
    formats: Formats = None,
) -> None:
    """Render the report of field supervision: what to put right today. It names cases, and stays restricted."""
    from liandong.workflow import supervise_study

    _render(supervise_study, study, out, renderer, lang, formats)


def _render(
    render: Callable[..., ReportResult],
    study: Path,
    out: Path | None,
    renderer: _Renderer,
    lang: list[_Language] | None,
    formats: list[_Format] | None,
) -> None:
    terminal = Terminal()
    with terminal.progress() as on_progress:
        result = render(
            study,
            out=out,
            renderer=renderer.value,
            languages=[choice.value for choice in lang or ()],
            formats=[choice.value for choice in formats or ()],
            on_progress=on_progress,
        )
    terminal.report_result(result)


@app.command("explain-se")
def explain_se(study: StudyPath) -> None:
    """Show what other programs print for the headline models, and why it differs; write nothing."""
    from liandong.cli.explanations import show_explanations
    from liandong.workflow import explain_study

    with Terminal().progress() as on_progress:
        result = explain_study(study, on_progress=on_progress)
    show_explanations(result)


app.command("power")(power)
app.command("new")(new)


@app.command()
def lock(
    study: StudyPath,
    *,
    check_only: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit code 6 when the plan differs from its lock")
    ] = False,
    renew: Annotated[
        bool, typer.Option("--renew", help="Replace a lock that differs; it stays in the history")
    ] = False,
) -> None:
    """Put the plan of analysis on record beside study.yaml, so that later changes show."""
    from liandong.workflow import check_lock, lock_study

    if check_only and renew:
        raise typer.BadParameter("--check writes nothing; leave it out to renew the lock", param_hint="--renew")
    Terminal().lock_result(check_lock(study) if check_only else lock_study(study, renew=renew))


@app.command()
def verify(
    bundle: Annotated[Path, typer.Argument(metavar="BUNDLE", help="A bundle, such as build/hubei")],
    study: Annotated[
        Path | None, typer.Option(help="Its study.yaml [default: the one that it was made of, on the same machine]")
    ] = None,
    *,
    tables_only: Annotated[bool, typer.Option("--tables-only", help="Do not render its documents again")] = False,
) -> int:
    """Run the study of a bundle again and say what differs; the bundle stays as it is. Exit code 6 if anything does."""
    from liandong.workflow import verify_bundle

    terminal = Terminal()
    with terminal.progress() as on_progress:
        result = verify_bundle(bundle, study, documents=not tables_only, on_progress=on_progress)
    terminal.findings(result.findings)
    return ExitCode.DONE if result.agrees else ExitCode.DIFFERENCE


@app.command()
def doctor() -> None:
    """Say what this machine has: versions, fonts, pandoc, Typst, Quarto, and what would help."""
    from liandong.workflow import examine

    Terminal().findings(examine())


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code; see the table in ``errors.ExitCode``."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, _terminated)
        # A terminal that is closed; who ignores it (nohup) wants the work to go on.
        if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
            signal.signal(signal.SIGHUP, _terminated)
    # numpy reads it when it is imported, which is later. The matrices are small: threads would cost more than they
    # bring (on two cores, half of a run's processor time), and their number would decide the last bits of a sum.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    terminal = Terminal()
    try:
        code = app(list(arguments) if arguments is not None else None, standalone_mode=False, prog_name="liandong")
    except TyperException as error:
        terminal.usage(error)
        return ExitCode.DEFINITIONS
    except LiandongError as error:
        terminal.error(error)
        return error.exit_code
    except KeyboardInterrupt:
        return terminal.interrupted()
    except BrokenPipeError:
        # The reader of our output left; Python would complain once more while it closes the stream.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.DONE
    except Exception as error:  # noqa: BLE001 (the last resort: say that the fault is ours, and show where)
        terminal.internal(trace(error))
        return ExitCode.INTERNAL
    if code == ExitCode.INTERRUPTED:
        return terminal.interrupted()
    return code if isinstance(code, int) else ExitCode.DONE


def _terminated(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
