"""Judges a reply for the conversation: the grade, and what the customer heard.

A second opinion, where one was asked for (`bot.room`), is laid beside the grade and moves nothing.

Also the one place that says how a judged reply looks as Rasa's parse of a message: the evidence
spans are entities, the grade and what was heard are output properties.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from typing import Any

from bot.act import Heard
from bot.hearing import Ear, hear, tune
from bot.shelf import Shelf, case_of
from bot.turn import Pins
from rubrics import grade as grades
from rubrics.bars import load_bars
from rubrics.calibration import recutting
from rubrics.encoder import Encoder, MiniLM
from rubrics.grade import Grade, Grader, NoOpinion, Opinion, Ungraded
from rubrics.grader import OfflineGrader
from rubrics.model import Loaded

REPLY = "reply"
"""The intent of everything that a trainee says to the customer."""


@dataclass(frozen=True)
class Judged:
    """A reply, judged."""

    grade: Grade | Ungraded
    heard: Heard

    def with_opinion(self, opinion: Opinion | NoOpinion) -> Judged:
        """Return the same judgement with a second opinion beside its grade, if it has one."""
        if isinstance(self.grade, Ungraded):
            return self
        return replace(self, grade=replace(self.grade, opinion=opinion))


class Judge:
    """Grades and hears replies. Keeps each scenario's examples as vectors.

    `grader_for` gives the grader that judges by a rubric; it is asked once for each. A calibration
    in the data folder reads its levels from the next reply on.
    """

    def __init__(
        self, shelf: Shelf, encoder: Encoder, grader_for: Callable[[Loaded], Grader]
    ) -> None:
        self._shelf, self.encoder = shelf, encoder
        self.plain = lru_cache(maxsize=64)(lambda name: grader_for(shelf.pinned_rubric(name)))
        """The grader for a pinned rubric, without anybody's thresholds."""
        self._grader = lru_cache(maxsize=64)(self._calibrated)
        self._ear = lru_cache(maxsize=64)(self._tune)

    def judge(self, reply: str, *, said: str, pins: Pins) -> Judged:
        """Return the judgement of `reply` to the customer's words `said`."""
        scenario = self._shelf.pinned(pins.scenario)
        grade = self._grader(pins.rubric).grade(reply, said=said, case=case_of(scenario))
        if isinstance(grade, Ungraded):
            return Judged(grade, Heard())
        return Judged(grade, hear(reply, self._ear(pins.scenario), self.encoder))

    def warm(self, scenario_hash: str) -> None:
        """Encode a scenario's examples now, so that the first reply need not wait for it."""
        self._ear(scenario_hash)

    def _calibrated(self, rubric: str) -> Grader:
        shelf = self._shelf
        return recutting(self.plain(rubric), shelf.pinned_rubric(rubric), shelf.calibration)

    def _tune(self, scenario_hash: str) -> Ear:
        return tune(self._shelf.pinned(scenario_hash), self.encoder)


def load_judge(shelf: Shelf) -> Judge:
    """Return the judge with the shipped encoder and weights. Takes seconds."""
    from rubrics import network

    encoder = MiniLM()
    tuned, bars = network.load(encoder), load_bars()
    return Judge(shelf, encoder, lambda rubric: OfflineGrader(tuned, bars, rubric))


def to_parse(reply: str, judged: Judged) -> dict[str, Any]:
    """Return `reply` as Rasa's parsed message, in plain JSON types."""
    return {
        "text": reply,
        "intent": {"name": REPLY, "confidence": 1.0},
        "entities": _entities(judged.grade),
        "grade": grades.dump(judged.grade),
        "heard": asdict(judged.heard),
    }


def from_parse(parse: Mapping[str, Any]) -> Judged:
    """Return what `to_parse` wrote."""
    heard = parse["heard"]
    covered = tuple((name, index) for name, index in heard["covered"])
    return Judged(grades.load(parse["grade"]), Heard(covered, heard["asked"], heard["answer"]))


def _entities(grade: Grade | Ungraded) -> list[dict[str, Any]]:
    if isinstance(grade, Ungraded):
        return []
    spans = [(level.criterion, span) for level in grade.levels for span in level.evidence]
    spans += [(violation.kind, violation.span) for violation in grade.violations]
    return [
        {"entity": name, "start": span.start, "end": span.end, "value": span.text}
        for name, span in spans
    ]
