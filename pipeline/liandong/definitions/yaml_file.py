"""YAML read with a safe loader that also refuses a key given twice."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from liandong.errors import Problem


class _Loader(yaml.SafeLoader):
    """The safe loader, strict about repeated keys: YAML would keep the last one silently."""


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    seen: dict[Any, int] = {}
    for key_node, _ in node.value:
        key = loader.construct_object(key_node, deep=True)
        line = key_node.start_mark.line + 1
        if not isinstance(key, str | int | float | bool):
            raise yaml.MarkedYAMLError(problem=f"line {line}: {key!r} cannot be a key")
        if key in seen:
            raise yaml.MarkedYAMLError(problem=f"line {line}: {key!r} is given twice (first in line {seen[key]})")
        seen[key] = line
    return loader.construct_mapping(node, deep=True)


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def read_yaml(path: Path) -> tuple[Any, list[Problem]]:
    """Return the content of `path` and the problems that kept it from being read (then the content is None)."""
    name = path.name
    if not path.is_file():
        return None, [Problem(name, f"no such file: {path}")]
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        return None, [Problem(name, f"not UTF-8 text (byte {error.start})", "save the file as UTF-8")]
    except OSError as error:
        return None, [Problem(name, f"cannot be read: {error.strerror}")]
    try:
        content = yaml.load(text, Loader=_Loader)  # noqa: S506 (a subclass of SafeLoader)
    except yaml.MarkedYAMLError as error:
        place = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        return None, [Problem(name + place, f"not valid YAML: {error.problem or error}")]
    except (yaml.YAMLError, RecursionError) as error:
        return None, [Problem(name, f"not valid YAML: {error}")]
    if not isinstance(content, dict):
        return None, [
            Problem(name, "expected a mapping of keys to values" + (", the file is empty" if content is None else ""))
        ]
    return content, []
