"""Drawing a batch to rate."""

from __future__ import annotations

from collections import Counter

from rubrics.draw import draw
from rubrics.grade import Case, Grade, Ungraded
from rubrics.ratings import Item
from tests.examples import graded


def pool() -> tuple[list[Item], dict[str, Grade | Ungraded]]:
    """Return 200 replies: nearly all at the top, ten at each lower level, six that blame."""
    levels = [3] * 170 + [0] * 10 + [1] * 10 + [2] * 10
    items = [Item(f"r{i}", Case(), "Hm?", f"Reply {i}.") for i in range(200)]
    kinds = [("blame",) if i < 6 else () for i in range(200)]
    grades: dict[str, Grade | Ungraded] = {
        item.id: graded(level, level, level, kinds=found)
        for item, level, found in zip(items, levels, kinds, strict=True)
    }
    return items, grades


def test_levels_are_spread_though_nearly_all_are_3s():
    """Every level has about its share, and the few violations are in."""
    items, grades = pool()

    drawn = draw(items, grades, 40, seed=1)

    found = Counter(grades[item.id].level("empathy") for item in drawn)  # type: ignore[union-attr]
    assert found[0] == found[1] == found[2] == 10
    assert sum(bool(grades[item.id].violations) for item in drawn) == 6  # type: ignore[union-attr]
    assert len({item.id for item in drawn}) == 40


def test_the_same_seed_draws_the_same():
    """Another one draws others."""
    items, grades = pool()

    assert draw(items, grades, 20, seed=1) == draw(items, grades, 20, seed=1)
    assert draw(items, grades, 20, seed=1) != draw(items, grades, 20, seed=2)


def test_ungraded_replies_and_copies_are_left_out():
    """What can't be graded can't be compared; the same words are rated once."""
    items = [Item("a", Case(), "Hm?", "Yes."), Item("b", Case(), "Hm?", " Yes. "), *pool()[0][:2]]
    grades: dict[str, Grade | Ungraded] = {item.id: graded(1, 1, 1) for item in items}
    grades["r0"] = Ungraded("Reply 0.", "empty", "Nothing.")

    drawn = draw(items, grades, 10, seed=0)

    assert len(drawn) == 2
    assert "r0" not in {item.id for item in drawn}
