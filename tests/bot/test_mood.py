"""The laws of the mood."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.mood import START, TEMPERAMENTS, next_mood, tone
from bot.turn import Mood
from rubrics.grade import KINDS, Ungraded
from tests.examples import graded

part = st.floats(0, 1).map(lambda value: round(value, 4))
moods = st.builds(Mood, part, part, part)
levels = st.tuples(*[st.integers(0, 3)] * 3)
tempers = st.sampled_from(sorted(TEMPERAMENTS))
kinds = st.lists(st.sampled_from(KINDS), max_size=3).map(tuple)


@given(moods, levels, kinds, tempers)
def test_it_stays_in_range(mood: Mood, given: tuple[int, ...], bad: tuple[str, ...], temper: str):
    """Every part stays in 0..1, whatever is said to whom."""
    after = next_mood(mood, graded(*given, kinds=bad), temper)

    assert all(0 <= value <= 1 for value in vars(after).values())


@given(moods, levels, kinds, tempers, st.integers(0, 2))
def test_a_better_grade_never_makes_it_worse(
    mood: Mood, given: tuple[int, ...], bad: tuple[str, ...], temper: str, raised: int
):
    """Raising one level never raises anxiety or anger, nor lowers trust."""
    better = tuple(min(3, level + (i == raised)) for i, level in enumerate(given))

    plain = next_mood(mood, graded(*given, kinds=bad), temper)
    after = next_mood(mood, graded(*better, kinds=bad), temper)

    assert after.anxiety <= plain.anxiety
    assert after.anger <= plain.anger
    assert after.trust >= plain.trust


@given(moods, levels, st.sampled_from(KINDS), tempers)
def test_a_violation_never_makes_it_better(
    mood: Mood, given: tuple[int, ...], kind: str, temper: str
):
    """With a violation no part is better than before, nor than without the violation."""
    clean = next_mood(mood, graded(*given), temper)
    after = next_mood(mood, graded(*given, kinds=(kind,)), temper)

    assert after.anxiety >= max(mood.anxiety, clean.anxiety)
    assert after.anger >= max(mood.anger, clean.anger)
    assert after.trust <= min(mood.trust, clean.trust)


@given(moods, tempers)
def test_an_ungraded_reply_leaves_it(mood: Mood, temper: str):
    """What could not be graded is not counted as a bad reply."""
    assert next_mood(mood, Ungraded("", "empty", "Nothing."), temper) == mood


@pytest.mark.parametrize("temper", sorted(TEMPERAMENTS))
def test_good_replies_calm_every_temperament(temper: str):
    """Three excellent replies leave any customer calmer and more trusting than she came."""
    mood = START["anxious"]

    for _ in range(3):
        mood = next_mood(mood, graded(3, 3, 3), temper)

    assert mood.anxiety < START["anxious"].anxiety
    assert mood.anger < START["anxious"].anger
    assert mood.trust > START["anxious"].trust


def test_the_tone_follows_the_mood():
    """Anger shows before fear, and fear before calm."""
    assert tone(Mood(0.5, 0.8, 0.1)) == "angry"
    assert tone(Mood(0.9, 0.3, 0.3)) == "anxious"
    assert tone(Mood(0.2, 0.1, 0.6)) == "calm"
