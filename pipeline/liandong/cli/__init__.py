"""The command line: commands, exit codes and terminal output. Nothing else in the package prints."""

from liandong.cli.app import main

__all__ = ["main"]
