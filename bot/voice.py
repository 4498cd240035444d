"""Which authored line is spoken. Pure; a line is named by its path in the scenario."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterable

from scenarios.model import Scenario


def pool(scenario: Scenario, path: str) -> tuple[str, ...]:
    """Return the lines under `path`, such as `concerns.money.press` or `knows.2.answers`.

    Raises KeyError when the scenario has no such lines.
    """
    head, _, rest = path.partition(".")
    if head == "opening":
        return scenario.opening
    if head == "knows":
        return scenario.knows[int(rest.partition(".")[0])].answers
    if head == "concerns":
        name, _, field = rest.partition(".")
        concern = {concern.id: concern for concern in scenario.concerns}[name]
        tone = field.partition("lines.")[2]
        owner: object = concern.lines if tone else concern
        return _lines(owner, tone or field, path)
    owners: dict[str, object] = {"reactions": scenario.reactions, "endings": scenario.endings}
    return _lines(owners[head], rest, path)


def choose(
    scenario: Scenario, paths: Iterable[str], said: Collection[str], seed: int
) -> str | None:
    """Return the name of a line not in `said`, from the first of `paths` that has one left.

    A line's name is its path and number, `concerns.money.press.2`. The order within a path is
    shuffled by `seed`, so that two sessions differ and one session can be replayed.
    """
    for path in paths:
        numbers = list(range(len(pool(scenario, path))))
        random.Random(f"{seed}:{path}").shuffle(numbers)
        for number in numbers:
            name = f"{path}.{number}"
            if name not in said:
                return name
    return None


def line(scenario: Scenario, name: str) -> str:
    """Return the words of the line called `name`."""
    path, _, number = name.rpartition(".")
    return pool(scenario, path)[int(number)]


def speak(scenario: Scenario, names: Iterable[str]) -> str:
    """Return the words of several lines, as one message: each is a line of its own."""
    return "\n".join(line(scenario, name) for name in names)


def _lines(owner: object, field: str, path: str) -> tuple[str, ...]:
    lines = getattr(owner, field, None)
    if not isinstance(lines, tuple):
        raise KeyError(path)
    return lines
