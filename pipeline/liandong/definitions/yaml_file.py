"""YAML read with a safe loader that also refuses keys given twice and files that are made to exhaust the reader."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from liandong.errors import Problem

# Far above any instrument (89 fields are 0.04 MB and 8,000 nodes), far below what would be felt.
_LARGEST_FILE = 5_000_000
_MOST_NODES = 1_000_000
_SHOWN = 40
_NO_KEY = {"tag:yaml.org,2002:null", "tag:yaml.org,2002:timestamp"}


class _Loader(yaml.SafeLoader):
    """PyYAML's loader in Python: libyaml's is faster, but a file of 100,000 brackets makes it crash the process."""

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:  # noqa: FBT001, FBT002 (PyYAML's signature)
        """Build one value; dates and numbers that do not exist get a line (2021-02-30, !!int x, !!bool maybe)."""
        try:
            return super().construct_object(node, deep=deep)
        except (ValueError, KeyError, AttributeError) as error:  # what PyYAML's own constructors let through
            kind = node.tag.rpartition(":")[2]
            problem = f"{str(node.value)[:_SHOWN]!r} cannot be read as {kind}; put it in quotes if it is meant as text"
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=node.start_mark) from error


def read_yaml(path: Path) -> tuple[Any, list[Problem]]:
    """Return the content of `path` and the problems that kept it from being read (then the content is None).

    Anchors and aliases are fine as long as the file, written out in full, has at most a million values.
    """
    text, problems = _read_text(path)
    if text is None:
        return None, problems
    name = path.name
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        problems = [] if node is None else [*_repeated_keys(node, name), *_too_many_nodes(node, name)]
        content = None if node is None or problems else loader.construct_document(node)
    except yaml.MarkedYAMLError as error:
        return None, [Problem(name + _line(error.problem_mark), f"not valid YAML: {error.problem or error}")]
    except RecursionError:
        return None, [Problem(name, "not valid YAML: nested too deeply")]
    except yaml.YAMLError as error:
        return None, [Problem(name, f"not valid YAML: {error}")]
    if problems:
        return None, problems
    if not isinstance(content, dict):
        empty = ", the file is empty" if content is None else ""
        return None, [Problem(name, "expected a mapping of keys to values" + empty)]
    return content, []


def _read_text(path: Path) -> tuple[str | None, list[Problem]]:
    name = path.name
    try:
        if not path.is_file():
            return None, [Problem(name, f"no such file: {path}")]
        size = path.stat().st_size
        if size > _LARGEST_FILE:
            return None, [Problem(name, f"a file of {size} bytes; at most {_LARGEST_FILE} are read")]
        return path.read_text(encoding="utf-8-sig"), []
    except UnicodeDecodeError as error:
        return None, [Problem(name, f"not UTF-8 text (byte {error.start})", "save the file as UTF-8")]
    except OSError as error:
        return None, [Problem(name, f"cannot be read: {error.strerror}")]


def _repeated_keys(root: yaml.Node, name: str) -> Iterator[Problem]:
    """Yield the keys that a mapping has twice (YAML would keep the last one silently), and keys that are no words."""
    for node in _nodes(root):
        if not isinstance(node, yaml.MappingNode):
            continue
        seen: dict[str, int] = {}
        for key, _ in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode) or key.tag in _NO_KEY:
                yield Problem(f"{name}, line {line}", "a list, a mapping, a date or nothing cannot be a key")
            elif key.value in seen:
                yield Problem(f"{name}, line {line}", f"{key.value!r} is given twice (first in line {seen[key.value]})")
            else:
                seen[key.value] = line


def _nodes(root: yaml.Node) -> Iterator[yaml.Node]:
    """Yield every node once, however often aliases repeat it."""
    waiting, seen = [root], {id(root)}
    while waiting:
        node = waiting.pop()
        yield node
        for child in reversed(_children(node)):
            if id(child) not in seen:
                seen.add(id(child))
                waiting.append(child)


def _children(node: yaml.Node) -> list[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        return [part for pair in node.value for part in pair]
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []


def _too_many_nodes(root: yaml.Node, name: str) -> list[Problem]:
    """Count the values with every alias written out: a short file of aliases of aliases can stand for billions."""
    sizes: dict[int, int] = {}

    def size(node: yaml.Node, above: frozenset[int]) -> int:
        if id(node) in above:
            raise yaml.MarkedYAMLError(problem="an alias inside its own anchor", problem_mark=node.start_mark)
        if id(node) not in sizes:
            inside = above | {id(node)} if _children(node) else above
            sizes[id(node)] = 1 + sum(size(child, inside) for child in _children(node))
        return sizes[id(node)]

    count = size(root, frozenset())
    if count <= _MOST_NODES:
        return []
    return [Problem(name, f"{count} values when its aliases are written out; at most {_MOST_NODES} are read")]


def _line(mark: yaml.Mark | None) -> str:
    return f", line {mark.line + 1}" if mark else ""
