"""Grades a reply offline: learned heads over its sentences, with the sentences as evidence."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rubrics import heads
from rubrics.encoder import Encoder, MiniLM
from rubrics.grade import CRITERIA, TOP_LEVEL, Case, Grade, Level, Span, Ungraded, Violation
from rubrics.heads import Heads, Matrix
from rubrics.language import reads_as_english
from rubrics.model import Loaded, load_rubric
from rubrics.sentences import split

NEAR_BEST = 0.75
"""A second sentence is evidence too when it shows this share of what the best one shows."""
MOST_QUOTED = 90
"""Characters of the trainee's words that are quoted in one thing to try."""


class OfflineGrader:
    """Judges replies with an encoder, a rubric's words and trained heads."""

    def __init__(self, encoder: Encoder, loaded: Loaded, model: Heads) -> None:
        self.encoder = encoder
        self._rubric, self._hash, self._model = loaded.rubric, loaded.hash, model

    def grade(self, reply: str, *, said: str, case: Case) -> Grade | Ungraded:
        """Judge `reply` to the customer's message `said` in `case`.

        Ungraded when there is nothing to grade, it is not English, or it is too long.
        """
        del said  # the heads of this version read the reply and the case only
        reason = self._unfit(reply)
        if reason:
            return Ungraded(reply, reason, getattr(self._rubric.ungraded, reason))
        spans = split(reply)
        sentences = [span.text for span in spans]
        features = heads.sentence_features(sentences, self.encoder, case)
        shown = heads.apply(self._model.sentence, features)
        harm = heads.harms(self._model.harm, features, sentences, self._model.kinds)
        row = heads.reply_features(features, shown, harm)
        given = heads.levels(heads.apply(self._model.reply, row), self._model.cuts)
        levels = tuple(
            self._level(name, given[name], spans, shown[:, i]) for i, name in enumerate(CRITERIA)
        )
        violations = self._violations(spans, harm)
        advice = self._try_next(levels, violations)
        return Grade(reply, levels, violations, advice, self._hash)

    def _unfit(self, reply: str) -> str:
        if len(reply) > self._rubric.most_characters:
            return "too_long"
        if not any(letter.isalnum() for letter in reply):
            return "empty"
        return "" if reads_as_english(reply) else "not_english"

    def _level(self, name: str, level: int, spans: Sequence[Span], shown: Matrix) -> Level:
        said = self._rubric.criteria[name].levels[level]
        if level == 0:
            return Level(name, 0, said)
        best = float(shown.max())
        bar = max(NEAR_BEST * best, heads.LEAST_SHOWN)
        evidence = [span for span, score in zip(spans, shown, strict=True) if score >= bar]
        return Level(name, level, said, tuple(evidence or [spans[int(shown.argmax())]]))

    def _violations(self, spans: Sequence[Span], harm: Matrix) -> tuple[Violation, ...]:
        over = harm - self._model.bars
        found = []
        for k, kind in enumerate(self._model.kinds):
            worst = int(np.argmax(over[:, k]))
            if over[worst, k] >= 0:
                found.append(Violation(kind, spans[worst], self._rubric.violations[kind].means))
        return tuple(found)

    def _try_next(self, levels: Sequence[Level], violations: Sequence[Violation]) -> str:
        """Return one thing to try: mend the gravest violation, else raise the lowest level."""
        if violations:
            worst = max(violations, key=lambda violation: violation.grave)
            instead = self._rubric.violations[worst.kind].instead
            return f"Take out “{_quoted(worst.span.text)}”. {instead}"
        lowest = min(levels, key=lambda level: level.level)
        if lowest.level == TOP_LEVEL:
            return "Nothing to add. Keep this for the next customer."
        advice = self._rubric.criteria[lowest.criterion].try_next[lowest.level]
        if lowest.evidence:
            return f"At “{_quoted(lowest.evidence[0].text)}”: {advice[0].lower()}{advice[1:]}"
        return advice


def load_grader() -> OfflineGrader:
    """Return the shipped grader: MiniLM, core.yaml and the trained weights. Takes seconds."""
    return OfflineGrader(MiniLM(), load_rubric(), heads.load())


def _quoted(text: str) -> str:
    bare = " ".join(text.split())
    return bare if len(bare) <= MOST_QUOTED else f"{bare[: MOST_QUOTED - 1].rstrip()}…"
