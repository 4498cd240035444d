"""YAML to plain values, each with the file and line it stands on. Knows nothing of rubrics."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

Place = tuple[str | int, ...]


class Unreadable(Exception):
    """A text that can't be taken as plain YAML; one mistake a line, `file:line: message`."""


@dataclass(frozen=True)
class Placed:
    """A file's value and, for each place in it, `file:line`."""

    value: dict[str, Any]
    lines: Mapping[Place, str]

    def line(self, place: Place) -> str:
        """Return `file:line` of a place, or of the nearest one around it."""
        while place not in self.lines:
            place = place[:-1]
        return self.lines[place]


def read(text: str, name: str) -> Placed:
    """Return the mapping that `text` holds; `name` is the file's name in messages.

    Raises Unreadable for what is not YAML, is no mapping, or has an alias or a key twice.
    """
    try:
        aliased = [e for e in yaml.parse(text, yaml.SafeLoader) if isinstance(e, yaml.AliasEvent)]
        node = None if aliased else yaml.compose(text, yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise Unreadable(f"{name}:{mark.line + 1 if mark else 1}: not YAML: {problem}") from None
    if aliased:
        mark = aliased[0].start_mark
        raise Unreadable(
            f"{name}:{mark.line + 1 if mark else 1}: aliases (*name) are not allowed; write it out"
        )
    if not isinstance(node, yaml.MappingNode):
        raise Unreadable(f"{name}:1: expected keys and values, such as `id: core`")
    lines: dict[Place, str] = {}
    mistakes: list[str] = []
    value = _value(node, (), name, lines, mistakes)
    if mistakes:
        raise Unreadable("\n".join(mistakes))
    return Placed(value, lines)


def laid_over(base: Placed, over: Placed) -> Placed:
    """Return `base` with `over` laid on it: mappings key by key, any other value as a whole."""
    return Placed(_merged(base.value, over.value), {**base.lines, **over.lines})


def dotted(place: Place) -> str:
    """Return a place as people write it, such as `session.results[2].name`."""
    text = ""
    for part in place:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def _merged(base: Any, over: Any) -> Any:
    if not (isinstance(base, dict) and isinstance(over, dict)):
        return over
    return {**base, **{key: _merged(base.get(key), part) for key, part in over.items()}}


def _value(
    node: yaml.Node, place: Place, name: str, lines: dict[Place, str], mistakes: list[str]
) -> Any:
    lines.setdefault(place, f"{name}:{node.start_mark.line + 1}")
    if isinstance(node, yaml.SequenceNode):
        return [
            _value(part, (*place, i), name, lines, mistakes) for i, part in enumerate(node.value)
        ]
    if not isinstance(node, yaml.MappingNode):
        try:
            return yaml.SafeLoader("").construct_object(node, deep=True)
        except (ValueError, yaml.YAMLError):
            mistakes.append(f"{lines[place]}: {dotted(place)}: not readable; put it in quotes")
            return None
    fields: dict[str, Any] = {}
    for key, part in node.value:
        inner = (*place, str(key.value))
        here = f"{name}:{key.start_mark.line + 1}"
        if str(key.value) in fields:
            mistakes.append(f"{here}: {dotted(inner)}: the key stands twice; keep one")
        lines[inner] = here
        fields[str(key.value)] = _value(part, inner, name, lines, mistakes)
    return fields
