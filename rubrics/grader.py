"""Grades a reply offline: what the network reads in it, checked against the case, and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from rubrics import why
from rubrics.bars import Bars, Matrix, level, load_bars
from rubrics.grade import (
    CRITERIA,
    KINDS,
    Asked,
    Case,
    Grade,
    Level,
    Span,
    Ungraded,
    Violation,
)
from rubrics.language import reads_as_english
from rubrics.model import Loaded, load_rubric
from rubrics.weighing import weighed

if TYPE_CHECKING:
    from rubrics.network import Network, Reading

NEAR_BEST = 0.75
"""A second sentence is evidence too when it shows this share of what the best one shows."""
UNSURE = 0.3
"""Two levels that each have this probability, two or more apart, are told to the trainee."""


class OfflineGrader:
    """Judges replies with the tuned network and a rubric's words."""

    def __init__(self, network: Network, bars: Bars, loaded: Loaded) -> None:
        self._network, self._bars = network, bars
        self._rubric, self._hash = loaded.rubric, loaded.hash

    def grade(self, reply: str, *, said: str, case: Case) -> Grade | Ungraded:
        """Judge `reply` to the customer's message `said` in `case`.

        Ungraded when there is nothing to grade, it is not English, or it is too long.
        """
        return self.grade_all([Asked(reply, said, case)])[0]

    def grade_all(self, asked: Sequence[Asked]) -> list[Grade | Ungraded]:
        """Judge many replies at once, in order; each as `grade` would."""
        unfit = [self._unfit(one.reply) for one in asked]
        fit = [one for one, reason in zip(asked, unfit, strict=True) if not reason]
        readings = iter(self._network.read([one.reply for one in fit]))
        return [
            Ungraded(one.reply, reason, getattr(self._rubric.ungraded, reason))
            if reason
            else self._grade(one, next(readings))
            for one, reason in zip(asked, unfit, strict=True)
        ]

    def _unfit(self, reply: str) -> str:
        if len(reply) > self._rubric.most_characters:
            return "too_long"
        if not any(letter.isalnum() for letter in reply):
            return "empty"
        return "" if reads_as_english(reply) else "not_english"

    def _grade(self, asked: Asked, reading: Reading) -> Grade:
        levels = tuple(self._level(asked.reply, reading, c) for c in range(len(CRITERIA)))
        violations = self._violations(asked, reading)
        return Grade(
            asked.reply,
            levels,
            violations,
            why.try_next(levels, violations, self._rubric),
            self._hash,
            edit=why.edit(asked, levels, violations, self._rubric),
        )

    def _level(self, reply: str, reading: Reading, c: int) -> Level:
        score = float(reading.expected[c])
        given = level(score, self._bars.cuts)
        found = Level(
            CRITERIA[c],
            given,
            "",
            _evidence(reading.spans, reading.shows[:, c]),
            round(score, 3),
            _between(reading.above[c]),
        )
        return why.explained(found, given, reply, self._rubric)

    def _violations(self, asked: Asked, reading: Reading) -> tuple[Violation, ...]:
        sentences = [span.text for span in reading.spans]
        odds, decided = weighed(reading.harms, sentences, asked.case)
        over = odds - self._bars.harms
        found = []
        for k, kind in enumerate(KINDS):
            worst = int(np.argmax(over[:, k]))
            if over[worst, k] >= 0:
                means = self._rubric.violations[kind].means
                proof = decided.get((worst, kind))
                proven = proof and proof.verdict == "proves"
                because = f"{means} {proof.because}" if proof and proven else means
                found.append(Violation(kind, reading.spans[worst], because))
        return tuple(found)


def load_grader() -> OfflineGrader:
    """Return the shipped grader: MiniLM, core.yaml and the trained weights. Takes seconds."""
    from rubrics import network
    from rubrics.encoder import MiniLM

    return OfflineGrader(network.load(MiniLM()), load_bars(), load_rubric())


def _evidence(spans: Sequence[Span], shows: Matrix) -> tuple[Span, ...]:
    """Return the sentences that show a criterion: the best one, and those near it."""
    bar = NEAR_BEST * float(shows.max())
    return tuple(span for span, shown in zip(spans, shows, strict=True) if shown >= bar)


def _between(above: Matrix) -> tuple[int, int] | None:
    """Return the two levels between which the network wavers, when they are two or more apart."""
    chances = -np.diff(np.concatenate([[1.0], above, [0.0]]))
    first, second = sorted(int(i) for i in np.argsort(-chances)[:2])
    unsure = chances[first] >= UNSURE and chances[second] >= UNSURE and second - first >= 2
    return (first, second) if unsure else None
