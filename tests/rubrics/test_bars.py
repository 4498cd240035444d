"""The bars: where the network's scores count."""

from __future__ import annotations

import numpy as np

from rubrics.bars import (
    CUTS,
    GRAVE_FLAGGED,
    OTHER_FLAGGED,
    Judgement,
    bars,
    level,
    load_bars,
    report,
    save_bars,
)
from rubrics.grade import GRAVE, KINDS

CHANCE = np.random.default_rng(3)


def judged(count: int = 400) -> list[Judgement]:
    """Return judgements whose scores follow the raters' with some noise."""
    found = []
    for _ in range(count):
        given = CHANCE.integers(0, 4, 3)
        harmful = CHANCE.random(len(KINDS)) < 0.1
        odds = np.where(harmful, 1.5, -3.0) + CHANCE.normal(0, 1.5, len(KINDS))
        kinds = frozenset(kind for kind, has in zip(KINDS, harmful, strict=True) if has)
        expected = given + CHANCE.normal(0, 0.3, 3)
        found.append(Judgement(tuple(given.tolist()), kinds, expected, odds, 40))
    return found


def test_few_clean_replies_are_flagged():
    """The bars are where the shares of clean replies that are warned are as they may be."""
    found = judged(3000)
    clean = np.stack([one.harms for one in found if not one.violations])

    over = clean >= bars(found).harms
    grave = np.array([kind in GRAVE for kind in KINDS])

    assert abs(over[:, grave].any(axis=1).mean() - GRAVE_FLAGGED) < 0.01
    assert abs(over[:, ~grave].any(axis=1).mean() - OTHER_FLAGGED) < 0.01


def test_levels_count_the_cuts_that_are_reached():
    """A score on the cut has reached it."""
    assert [level(score, CUTS) for score in (0.0, 1.5, 2.9)] == [0, 2, 3]


def test_the_report_says_kappa_and_length():
    """Each criterion's line names kappa, length alone and the quarters; each kind has a line."""
    found = judged(200)
    lines = report(found, [bars(found)] * len(found)).splitlines()

    assert sum("length alone" in line for line in lines) == 3
    assert all(any(line.startswith(f"{kind}: hit") for line in lines) for kind in KINDS)


def test_bars_survive_the_disk(tmp_path):
    """What is saved is loaded."""
    chosen = bars(judged(200))
    save_bars(chosen, tmp_path / "bars.json")

    assert load_bars(tmp_path / "bars.json") == chosen
