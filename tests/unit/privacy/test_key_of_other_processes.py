from __future__ import annotations

import ast
from pathlib import Path

import liandong

STARTERS = {"run", "Popen", "call", "check_call", "check_output", "getoutput", "getstatusoutput"}
UNGUARDED = {"system", "popen", "fork", "forkpty", "posix_spawn", "posix_spawnp", "startfile"}
ASYNC = {"create_subprocess_exec", "create_subprocess_shell"}
KERNELS = {"start_kernel", "setup_kernel", "async_setup_kernel", "async_start_new_kernel_client", "start_new_kernel"}
MODULES = sorted(Path(liandong.__file__).parent.rglob("*.py"))


def _starts(tree: ast.Module) -> list[tuple[int, str, ast.expr | None]]:
    """Return line, name and environment of every call that starts another process."""
    found = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        name, owner = node.func.attr, ast.unparse(node.func.value)
        starts = (owner == "subprocess" and name in STARTERS) or (owner == "os" and name in UNGUARDED)
        starts |= owner == "os" and name.startswith(("exec", "spawn"))
        if starts or name in ASYNC | KERNELS or owner == "pypandoc":
            found.append((node.lineno, name, next((key.value for key in node.keywords if key.arg == "env"), None)))
    return found


def test_no_process_that_is_started_is_given_the_key_of_linkage() -> None:
    seen = 0
    for path in MODULES:
        text = path.read_text(encoding="utf-8")
        for line, name, environment in _starts(ast.parse(text)):
            seen += 1
            where = f"{path.name}:{line} ({name})"
            assert environment is not None, f"{where} hands on its whole environment"
            given = ast.unparse(environment)
            assert "without_key(os.environ)" in text, f"{where} does not take the key out"
            assert "os.environ" not in given.replace("without_key(os.environ)", ""), where
    assert seen >= 8, "the walk has lost sight of the calls"  # as many places as there were when this was written
    for path in MODULES:
        bare = path.read_text(encoding="utf-8").replace("without_key(os.environ)", "")
        assert "**os.environ" not in bare, path.name
        assert "os.environ.copy()" not in bare, path.name
