"""Every shipped scenario, played by scripted trainees with the real grader."""

from __future__ import annotations

import pytest

from bot.judge import Judge, load_judge
from bot.shelf import Shelf, data_folder
from bot.trainees import Run, play
from scenarios.reader import Library, read_folder

LIBRARY = read_folder()


@pytest.fixture(scope="module")
def judge() -> Judge:
    return load_judge(Shelf(data_folder(), LIBRARY))


def played(library: Library, judge: Judge, name: str, profile: str) -> Run:
    pins = Shelf(data_folder(), library).pins(name)
    return play(library.scenarios[name], pins, judge, profile, seed=1)


@pytest.mark.parametrize("name", sorted(LIBRARY.scenarios))
def test_trainees_come_to_different_ends(judge: Judge, name: str):
    """Excellence settles everything and reassures; the others do not, the poor one least."""
    best, middle, worst = (
        played(LIBRARY, judge, name, profile) for profile in ("excellent", "middling", "poor")
    )

    assert best.ending == "reassured"
    assert len(best.met) == len(LIBRARY.scenarios[name].concerns)
    assert middle.ending in ("uneasy", "asks_for_supervisor")
    assert worst.ending == "walks_away"
    assert worst.met == ()
    assert best.mean_total > middle.mean_total > worst.mean_total
    # A hard customer's trust may be used up by dull replies, too: both are at the floor then.
    trusts = [run.steps[-1].mood.trust for run in (best, middle, worst)]
    assert trusts[0] > 0.5 > trusts[1] >= trusts[2]
