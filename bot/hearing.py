"""What a customer takes from a reply: which needs it answers, and what it asks her.

Retrieval with the sentence encoder over the scenario's own examples. This finds the subject of
a sentence; whether the reply is any good is the grader's business.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from bot.act import Heard
from rubrics.encoder import Encoder
from rubrics.sentences import split
from scenarios.model import Scenario

Vectors = np.ndarray[Any, np.dtype[np.float32]]

COVERS = 0.60
"""Cosine from which a sentence counts as answering a need; set by hand on the shipped scenarios."""
ASKS = 0.50
"""Cosine from which a question counts as asking for something that the customer knows."""
OTHER_POLARITY = 0.15
"""Added to COVERS when only one is negated: to the encoder "you will" is near "you won't"."""

_NEGATED = re.compile(
    r"\b(?:not|no|never|nobody|nothing|none|cannot|without)\b|n['’]t\b", re.IGNORECASE
)
_SEEKS = re.compile(
    r"^(?:(?:and|so|but|ok(?:ay)?|now|first|mrs?\.? \w+|ms\.? \w+)[ ,]+)*"
    r"(?:wh(?:at|en|ere|o|y|ich)|how|did|do|does|have|has|had|were|was|are|is there|"
    r"(?:can|could|would) you (?:tell|describe|say|remember|walk))\b",
    re.IGNORECASE,
)
_OFFERS = re.compile(
    r"\b(?:would you like|do you want me|shall i|may i|can i|could i|does that|do that|is that|"
    r"are you happy|are you (?:ok|okay|alright|all right) (?:with|if))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Ear:
    """A scenario's examples as vectors; made once for a scenario, by `tune`."""

    needs: tuple[tuple[str, int], ...]
    """The need of each example row."""
    examples: Vectors
    """Shape (examples, dimensions), unit length."""
    negated: tuple[bool, ...]
    topics: tuple[int, ...]
    """Index into `knows` of each question row."""
    questions: Vectors
    """Shape (questions, dimensions), unit length."""


def tune(scenario: Scenario, encoder: Encoder) -> Ear:
    """Return the ear for a scenario: every example and every known question, encoded."""
    examples = [
        ((concern.id, index), text)
        for concern in scenario.concerns
        for index, need in enumerate(concern.needs)
        for text in need.examples
    ]
    questions = [
        (index, text) for index, known in enumerate(scenario.knows) for text in known.asked
    ]
    return Ear(
        needs=tuple(need for need, _ in examples),
        examples=encoder.encode([text for _, text in examples]),
        negated=tuple(_is_negated(text) for _, text in examples),
        topics=tuple(index for index, _ in questions),
        questions=encoder.encode([text for _, text in questions]),
    )


def hear(reply: str, ear: Ear, encoder: Encoder) -> Heard:
    """Return what `reply` answers and asks. An empty reply answers and asks nothing."""
    sentences = [sentence.text for sentence in split(reply)]
    if not sentences:
        return Heard()
    pieces = sentences + _pairs(sentences)
    vectors = encoder.encode(pieces)
    covered = _covered(pieces, vectors, ear)
    seeking = [i for i, text in enumerate(sentences) if _seeks(text)]
    answer = _answer(vectors[seeking], ear) if seeking else None
    return Heard(covered=covered, asked=bool(seeking), answer=answer)


def _pairs(sentences: Sequence[str]) -> list[str]:
    """Neighbours together: people say "Nothing has gone. We checked on Friday." in two breaths."""
    return [f"{first} {second}" for first, second in pairwise(sentences)]


def _covered(pieces: list[str], vectors: Vectors, ear: Ear) -> tuple[tuple[str, int], ...]:
    likeness = vectors @ ear.examples.T
    negated = np.array([_is_negated(text) for text in pieces])
    bar = COVERS + OTHER_POLARITY * (negated[:, None] != np.array(ear.negated)[None, :])
    hits = (likeness >= bar).any(axis=0)
    return tuple(dict.fromkeys(need for need, hit in zip(ear.needs, hits, strict=True) if hit))


def _answer(questions: Vectors, ear: Ear) -> int | None:
    likeness = questions @ ear.questions.T
    best = np.unravel_index(int(likeness.argmax()), likeness.shape)
    return ear.topics[int(best[1])] if likeness[best] >= ASKS else None


def _seeks(sentence: str) -> bool:
    if not sentence.rstrip().endswith("?") or _OFFERS.search(sentence):
        return False
    last = re.split(r"[,;:–—]\s+", sentence)[-1]
    return bool(_SEEKS.search(sentence) or _SEEKS.search(last))


def _is_negated(text: str) -> bool:
    return bool(_NEGATED.search(text))
