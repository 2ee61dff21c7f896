"""The process that reads one binary file: ``python -P -m liandong.ingest.child REQUEST``.

A damaged file can crash, hang or swell the libraries that read it. So they run here, in a fresh interpreter with
limits on memory and time; the parent sees a table in Arrow files and a JSON text, or a message, or only that the
process is gone. Nothing is imported that the format does not need: starting must cost a fraction of a second.

The request is a JSON file: path, format, folder for the results, sheet, encoding, catalogue, memory_bytes, cpu_seconds.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from liandong.ingest.protocol import ERROR, OK, OUT_OF_MEMORY, RESULT, UNREADABLE, UnreadableError

# Address space is reserved far beyond what is used (thread stacks, memory pools), so it gets room above the limit
# on data.
_RESERVED = 2 * 1024**3

_MODULES: Mapping[str, str] = {
    "sav": "readstat",
    "zsav": "readstat",
    "por": "portable",
    "dta": "readstat",
    "sas7bdat": "readstat",
    "xpt": "readstat",
    "xlsx": "excel",
    "parquet": "parquet",
}


class _WithoutPandas:
    """An import hook: pyarrow looks for pandas with its first array, and finding it costs a second for nothing."""

    @staticmethod
    def find_spec(name: str, _path: object = None, _target: object = None) -> None:
        """Refuse pandas, pass everything else on."""
        if name == "pandas":
            raise ModuleNotFoundError("pandas is not used in this process", name=name)


def main(arguments: list[str]) -> int:
    """Read the file of the request named by `arguments` and write result or error files; return the exit code."""
    request = json.loads(Path(arguments[0]).read_text(encoding="utf-8"))
    folder = Path(request["folder"])
    _limit(request["memory_bytes"], request["cpu_seconds"])
    try:
        reader: Callable[[Mapping[str, Any], Path], dict[str, Any]] = import_module(
            f"liandong.ingest.child_{_MODULES[request['format']]}"
        ).read
        result = reader(request, folder)
        (folder / RESULT).write_text(json.dumps(result), encoding="utf-8")
    except MemoryError:
        return OUT_OF_MEMORY
    except Exception as error:  # noqa: BLE001 (whatever a reader raises on a damaged file is the parent's to report)
        understood = isinstance(error, UnreadableError)
        told = str(error) if understood else f"{type(error).__name__}: {error}"
        (folder / ERROR).write_text(json.dumps({"understood": understood, "told": told}), encoding="utf-8")
        return UNREADABLE
    return OK


def _limit(memory_bytes: int, cpu_seconds: int) -> None:
    """Ask the system to stop this process when it takes too much; Windows has no such limits."""
    if sys.platform == "win32":
        return
    import resource

    wanted = {
        resource.RLIMIT_DATA: memory_bytes,
        resource.RLIMIT_AS: memory_bytes + _RESERVED,
        resource.RLIMIT_CPU: cpu_seconds,
        resource.RLIMIT_FSIZE: memory_bytes,
        resource.RLIMIT_CORE: 0,
    }
    for limit, value in wanted.items():
        _, hardest = resource.getrlimit(limit)
        bounded = value if hardest == resource.RLIM_INFINITY else min(value, hardest)
        resource.setrlimit(limit, (bounded, hardest))


if __name__ == "__main__":
    sys.meta_path.insert(0, _WithoutPandas)
    sys.exit(main(sys.argv[1:]))
