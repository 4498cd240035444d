"""Reads scenario files, and says every mistake of every file at once.

The one place where scenario YAML is parsed. What a file may hold is in `model`.
"""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from scenarios.model import Scenario

FOLDER = Path(__file__).parent
SCHEMA = FOLDER / "schema.json"
MOST_BYTES = 64 * 1024
MOST_DEPTH = 20

Place = tuple[str | int, ...]


@dataclass(frozen=True, order=True)
class Mistake:
    """Something to mend in a file."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        """Return `file:line: message`."""
        return f"{self.file}:{self.line}: {self.message}"


class BadScenarios(Exception):
    """Some files can't be used; a person can mend them. Shown as text, one mistake a line."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(sorted(mistakes))
        super().__init__("\n".join(str(mistake) for mistake in self.mistakes))


@dataclass(frozen=True)
class Library:
    """The scenarios of a folder, by id, and the text that each was read from."""

    scenarios: Mapping[str, Scenario]
    texts: Mapping[str, str]


def read_folder(folder: Path = FOLDER) -> Library:
    """Return every scenario in `folder` (`*.yaml`), in the order of their files.

    Raises BadScenarios with the mistakes of all files. The same line twice is one, in two files
    too: a customer never repeats herself, and no two say the same.
    """
    scenarios: dict[str, Scenario] = {}
    texts: dict[str, str] = {}
    mistakes: list[Mistake] = []
    phrases: list[_Phrase] = []
    for path in sorted(folder.glob("*.yaml")):
        try:
            text = _text(path)
            scenario, found = _read(text, path.name)
            if scenario.id in scenarios:
                raise BadScenarios([Mistake(path.name, 1, f"id: {scenario.id!r} is used twice")])
            scenarios[scenario.id], texts[scenario.id] = scenario, text
            phrases.extend(found)
        except BadScenarios as bad:
            mistakes.extend(bad.mistakes)
    mistakes.extend(_repeated(phrases))
    if mistakes:
        raise BadScenarios(mistakes)
    return Library(scenarios, texts)


def parse(text: str, name: str) -> Scenario:
    """Return the scenario that `text` holds; `name` is the file's name in messages.

    Raises BadScenarios with every mistake of the text.
    """
    return _read(text, name)[0]


def content_hash(text: str) -> str:
    """Return the SHA-256 of a file's text, hexadecimal: what a session pins."""
    return hashlib.sha256(text.encode()).hexdigest()


def schema() -> str:
    """Return the JSON Schema of a scenario file, as the text that schema.json must hold."""
    return json.dumps(Scenario.model_json_schema(), indent=1, sort_keys=True) + "\n"


@dataclass(frozen=True)
class _Phrase:
    """Words of a customer, and where they stand."""

    words: str
    file: str
    line: int
    where: str


def _read(text: str, name: str) -> tuple[Scenario, list[_Phrase]]:
    if len(text.encode()) > MOST_BYTES:
        raise BadScenarios(
            [Mistake(name, 1, f"the file is over {MOST_BYTES // 1024} KB; split it")]
        )
    plain = _Plain(name)
    fields = plain.read(text)
    if plain.mistakes:
        raise BadScenarios(plain.mistakes)
    try:
        scenario = Scenario.model_validate(fields)
    except ValidationError as invalid:
        raise BadScenarios(_mistakes(invalid, name, plain.lines)) from None
    return scenario, [
        _Phrase(_bare(words), name, _line(place, plain.lines), _dotted(place))
        for place, words in _leaves(fields, ())
        if _is_spoken(place)
    ]


def _leaves(value: Any, place: Place) -> Iterator[tuple[Place, str]]:
    parts = value.items() if isinstance(value, dict) else enumerate(value)
    for key, part in parts:
        if isinstance(part, (dict, list)):
            yield from _leaves(part, (*place, key))
        elif isinstance(part, str):
            yield (*place, key), part


def _is_spoken(place: Place) -> bool:
    """Whether the customer says what stands at a place of the file."""
    field = place[2] if len(place) > 2 else ""
    return (
        place[0] in ("opening", "reactions", "endings", "survey")
        or (place[0] == "knows" and field == "answers")
        or (place[0] == "concerns" and field in ("lines", "follow_ups", "press", "met"))
    )


def _bare(words: str) -> str:
    return " ".join("".join(c if c.isalnum() else " " for c in words.casefold()).split())


def _repeated(phrases: Iterable[_Phrase]) -> Iterator[Mistake]:
    first: dict[str, _Phrase] = {}
    for phrase in phrases:
        before = first.setdefault(phrase.words, phrase)
        if before is not phrase:
            yield Mistake(
                phrase.file,
                phrase.line,
                f"{phrase.where}: the same words as {before.file}:{before.line} "
                f"({before.where}); write it in other words",
            )


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode()
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        message = "not UTF-8 text; save the file as UTF-8"
        raise BadScenarios([Mistake(path.name, line, message)]) from None


class _Refused(yaml.YAMLError):
    """A shape that is YAML, but not for people to write."""

    def __init__(self, problem: str, event: yaml.Event) -> None:
        super().__init__(problem)
        self.problem, self.problem_mark = problem, event.start_mark


class _Plain:
    """YAML to plain types, with the line of every value; aliases and duplicate keys refused."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.lines: dict[Place, int] = {}
        self.mistakes: list[Mistake] = []

    def read(self, text: str) -> Any:
        try:
            self._refuse_shape(text)
            node = yaml.compose(text, Loader=yaml.SafeLoader)
            if node is None:
                self._wrong(0, "the file is empty; start from docs/authoring or another scenario")
                return None
            return self._value(node, ())
        except (yaml.YAMLError, ValueError) as error:
            mark = getattr(error, "problem_mark", None)
            problem = getattr(error, "problem", None) or str(error).splitlines()[0]
            self._wrong(mark.line if mark else 0, f"not YAML: {problem}")
            return None

    def _refuse_shape(self, text: str) -> None:
        """Aliases and depth are refused from the event stream, before anything is built."""
        depth = 0
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            if isinstance(event, yaml.AliasEvent):
                raise _Refused("aliases (*name) are not allowed", event)
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if depth > MOST_DEPTH:
                raise _Refused(f"nested over {MOST_DEPTH} deep", event)

    def _value(self, node: yaml.Node, place: Place) -> Any:
        self.lines[place] = node.start_mark.line + 1
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, place)
        if isinstance(node, yaml.SequenceNode):
            return [self._value(item, (*place, i)) for i, item in enumerate(node.value)]
        if node.tag == "tag:yaml.org,2002:timestamp":
            return node.value
        loader = yaml.SafeLoader("")
        return loader.construct_object(node, deep=True)

    def _mapping(self, node: yaml.MappingNode, place: Place) -> dict[str, Any]:
        fields: dict[str, Any] = {}
        for key, value in node.value:
            name, line = str(key.value), key.start_mark.line
            if name in fields:
                self._wrong(line, f"{_dotted((*place, name))}: the key stands twice")
            fields[name] = self._value(value, (*place, name))
            self.lines[(*place, name)] = line + 1
        return fields

    def _wrong(self, line: int, message: str) -> None:
        self.mistakes.append(Mistake(self.name, line + 1, message))


def _mistakes(invalid: ValidationError, name: str, lines: Mapping[Place, int]) -> list[Mistake]:
    found = []
    for error in invalid.errors(include_url=False):
        place = tuple(part for part in error["loc"] if not _is_branch(part))
        found.append(Mistake(name, _line(place, lines), _message(place, dict(error))))
    return found


def _is_branch(part: object) -> bool:
    return isinstance(part, str) and ("[" in part or "tuple" in part)


def _line(place: Place, lines: Mapping[Place, int]) -> int:
    while place and place not in lines:
        place = place[:-1]
    return lines.get(place, 1)


def _message(place: Place, error: Mapping[str, Any]) -> str:
    where, got, kind = _dotted(place) or "the file", error.get("input"), error["type"]
    if kind == "missing":
        return f"{where}: missing; every scenario needs it"
    if kind == "extra_forbidden":
        return f"{where}: unknown key{_nearest(str(place[-1]), _keys(place[:-1]))}"
    if kind == "literal_error":
        expected = error["ctx"]["expected"].replace("'", "")
        allowed = expected.replace(" or ", ", ").split(", ")
        return f"{where}: got {got!r}; expected {expected}{_nearest(str(got), allowed)}"
    if kind == "string_type":
        return f"{where}: got {got!r}, which is not a text; put it in quotes"
    if kind == "value_error":
        return f"{where}: {error['ctx']['error']}"
    shown = "" if isinstance(got, (dict, list)) else f"got {got!r}; "
    return f"{where}: {shown}{error['msg'][0].lower()}{error['msg'][1:]}"


def _keys(place: Place) -> list[str]:
    """Return the keys allowed at a place of the model."""
    model: Any = Scenario
    for part in place:
        if isinstance(part, str):
            model = _inner(model.model_fields[part].annotation)
    return list(model.model_fields)


def _inner(annotation: Any) -> Any:
    while not (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
        annotation = annotation.__args__[0]
    return annotation


def _nearest(word: str, allowed: list[str]) -> str:
    close = difflib.get_close_matches(word, allowed, n=1)
    return f"; did you mean {close[0]}?" if close else ""


def _dotted(place: Place) -> str:
    text = ""
    for part in place:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text
