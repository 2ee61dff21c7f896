"""Jupyter kernels of the interpreter that runs this: no kernel specification needs to be installed."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

import liandong
from liandong.definitions.linkage_key import without_key
from liandong.errors import RenderError

_SOCKET_PATH_LIMIT: Final = 90
"""Unix sockets have paths of at most about 100 bytes; the kernel adds a few of its own."""


class Session:
    """One running kernel, and the event loop that talks to it."""

    def __init__(self, client: Any, loop: asyncio.Runner) -> None:
        self._client = client
        self._loop = loop

    def run(self, code: str) -> list[Mapping[str, Any]]:
        """Run a cell and return its outputs in nbformat's shape; an exception is an output of type `error`."""
        cells = self._client.nb.cells
        cells.append(_notebooks().new_code_cell(code))
        self._loop.run(self._client.async_execute_cell(cells[-1], len(cells) - 1))
        return list(cells[-1].outputs)

    def forget(self) -> None:
        """Take away every name that earlier cells have defined; modules stay imported, which is what takes long."""
        self.run("%reset -f")
        self._client.nb.cells.clear()

    def evaluate(self, expressions: Sequence[str]) -> list[Mapping[str, Any]]:
        """Evaluate expressions in one message; each result has `status` and either `data` or `ename`, `evalue`."""
        client = self._client
        named = {str(i): expression for i, expression in enumerate(expressions)}

        async def ask() -> Any:
            message = client.kc.execute("", user_expressions=named, store_history=False)
            return await client.async_wait_for_reply(message)

        reply = self._loop.run(ask())
        return [reply["content"]["user_expressions"][name] for name in named]


class Kernels:
    """The kernels of one rendering; `kill` ends them all, whichever thread waits for them."""

    def __init__(self, scratch: Path) -> None:
        self._scratch = scratch
        self._lock = threading.Lock()
        self._processes: list[Any] = []
        self._started = 0
        self._closed = False

    @contextmanager
    def session(self, folder: Path) -> Iterator[Session]:
        """Yield a kernel whose working directory is `folder`; it ends with the block.

        Raises
        ------
        RenderError
            When the kernel dies or does not start.
        """
        from nbclient import NotebookClient
        from nbclient.exceptions import DeadKernelError

        client = NotebookClient(
            _notebooks().new_notebook(),
            km=self._manager(),
            timeout=None,
            allow_errors=True,
            record_timing=False,
            shutdown_kernel="immediate",
            resources={"metadata": {"path": str(folder)}},
        )
        with asyncio.Runner() as loop:
            running = AsyncExitStack()
            try:
                loop.run(running.enter_async_context(self._set_up(client)))
            except RuntimeError as error:
                raise _no_kernel(error) from error
            try:
                self._register(client.km)
                yield Session(client, loop)
            except DeadKernelError as error:
                raise _no_kernel(error) from error
            finally:
                loop.run(running.aclose())

    def kill(self) -> None:
        """End every kernel now and let no other start."""
        with self._lock:
            self._closed = True
            for process in self._processes:
                process.kill()

    def _set_up(self, client: Any) -> Any:
        return client.async_setup_kernel(
            cleanup_kc=True, env=self._environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def _register(self, manager: Any) -> None:
        with self._lock:
            process = manager.provisioner.process
            self._processes.append(process)
            if self._closed:
                process.kill()

    def _manager(self) -> Any:
        from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
        from jupyter_client.manager import AsyncKernelManager

        class ThisInterpreter(KernelSpecManager):
            """Answers every name with the running interpreter."""

            def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
                command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
                return KernelSpec(argv=command, display_name=kernel_name, language="python")

        with self._lock:
            self._started += 1
            connection = self._scratch / f"kernel{self._started}.json"
        # Sockets in the file system are closed to other users of the machine; TCP ports are not.
        local = os.name == "posix" and len(os.fsencode(connection)) < _SOCKET_PATH_LIMIT
        return AsyncKernelManager(
            kernel_name="python3",
            kernel_spec_manager=ThisInterpreter(),
            connection_file=str(connection),
            transport="ipc" if local else "tcp",
        )

    def _environment(self) -> dict[str, str]:
        source = str(Path(liandong.__file__).parents[1])
        paths = [source, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
        return {
            **without_key(os.environ),
            "PYTHONPATH": os.pathsep.join(paths),
            "PYTHONHASHSEED": "0",
            "PYDEVD_DISABLE_FILE_VALIDATION": "1",
            # The reader's own IPython start-up files have no say in a report.
            "IPYTHONDIR": str(self._scratch / "ipython"),
        }


def _no_kernel(error: Exception) -> RenderError:
    return RenderError(
        f"the Jupyter kernel that runs the page ended: {error}",
        hint="see `liandong doctor`; `python -m ipykernel_launcher --version` must work",
        zh="运行报告页面的 Jupyter 内核意外退出。",
    )


def _notebooks() -> Any:
    import nbformat

    return nbformat.v4
