"""What the child process and its parent agree on: exit codes, file names, and the error that is meant for the user."""

from __future__ import annotations

OK, UNREADABLE, OUT_OF_MEMORY = 0, 10, 11
RESULT, ERROR, TABLE, TAGS = "result.json", "error.json", "table.arrow", "tags.arrow"
ALSO = "the workbook also has"  # with these words notes and errors name the sheets that were not read
BLAMED = "catalogue"  # stands in the folder while not the file itself but its catalogue is read


class UnreadableError(ValueError):
    """A file that was understood not to hold a usable table; the message is for the user."""
