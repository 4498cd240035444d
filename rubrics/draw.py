"""Draws the replies that people rate, so that every level and violation occurs. Pure."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from rubrics.grade import Grade, Ungraded
from rubrics.ratings import Item

MOST_HARMFUL = 1 / 3
"""Share of the batch that may be drawn for a violation: the rest is drawn for its levels."""

Cell = tuple[str, int]


def draw(
    items: Sequence[Item], given: Mapping[str, Grade | Ungraded], count: int, seed: int
) -> list[Item]:
    """Return up to `count` items in a random order, spread over the grader's levels and violations.

    Each next item is one from the cell (a criterion's level, a kind of violation) that the batch
    holds least of. Ungraded replies, and a reply's second copy, are left out.
    """
    chance = random.Random(seed)
    pool = _distinct([item for item in items if isinstance(given.get(item.id), Grade)])
    chance.shuffle(pool)
    harms = _spread(pool, int(count * MOST_HARMFUL), lambda item: _kinds(given[item.id]), [])
    drawn = _spread(pool, count - len(harms), lambda item: _levels(given[item.id]), harms)
    chance.shuffle(drawn)
    return drawn


def _spread(
    pool: Sequence[Item], count: int, cells_of: Callable[[Item], list[Cell]], drawn: list[Item]
) -> list[Item]:
    """Return `drawn` and `count` more, each from the cell that is held least of."""
    taken = list(drawn)
    held = Counter(cell for item in taken for cell in cells_of(item))
    left = {item.id: (item, cells_of(item)) for item in pool if item not in taken}
    for _ in range(count):
        cells = {cell for _, found in left.values() for cell in found}
        if not cells:
            break
        scarce = min(sorted(cells), key=lambda cell: held[cell])
        item = next(item for item, found in left.values() if scarce in found)
        held.update(left.pop(item.id)[1])
        taken.append(item)
    return taken


def _levels(grade: Grade | Ungraded) -> list[Cell]:
    if isinstance(grade, Ungraded):
        return []
    return [(level.criterion, level.level) for level in grade.levels]


def _kinds(grade: Grade | Ungraded) -> list[Cell]:
    found = grade.violations if isinstance(grade, Grade) else ()
    return [(kind, 1) for kind in dict.fromkeys(violation.kind for violation in found)]


def _distinct(items: Sequence[Item]) -> list[Item]:
    return list({" ".join(item.reply.split()): item for item in items}.values())
