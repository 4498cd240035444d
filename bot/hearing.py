"""What a customer takes from a reply: which needs it answers, and what it asks her.

Retrieval with the sentence encoder over the scenario's own examples. This finds the subject of
a sentence; whether the reply is any good is the grader's business.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any

import numpy as np

from bot.act import Heard
from rubrics.encoder import Encoder
from rubrics.sentences import split
from scenarios.model import Scenario

Vectors = np.ndarray[Any, np.dtype[np.float32]]
Flags = np.ndarray[Any, np.dtype[np.bool_]]

# The five numbers were chosen on 256 replies by people who had not seen the examples, labelled by
# others: `python -m benchmarks.hearing`, docs/hearing.md.
NEAREST = 3
"""A sentence's likeness to a need is its mean cosine to this many of the need's examples."""
COVERS = 0.46
"""Likeness from which a sentence counts as answering a need, less what follows."""
RIVAL = 0.8
"""Taken off for each unit of cosine that an example of another need is nearer."""
OTHER_POLARITY = 0.04
"""Taken off when only one is negated: to the encoder "you will" is near "you won't"."""
QUESTION = 0.12
"""Taken off for a question: "Did we tell you that?" tells nothing."""
ASKS = 0.50
"""Cosine from which a question counts as asking for something that the customer knows."""

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
    rows: tuple[slice, ...]
    """Which rows of `examples` are each need's."""
    examples: Vectors
    """Shape (examples, dimensions), unit length."""
    negated: Flags
    """Shape (examples,): whether the example is negated."""
    topics: tuple[int, ...]
    """Index into `knows` of each question row."""
    questions: Vectors
    """Shape (questions, dimensions), unit length."""


def tune(scenario: Scenario, encoder: Encoder) -> Ear:
    """Return the ear for a scenario: every example and every known question, encoded."""
    needs = [
        ((concern.id, index), need.examples)
        for concern in scenario.concerns
        for index, need in enumerate(concern.needs)
    ]
    ends = [0, *accumulate(len(examples) for _, examples in needs)]
    texts = [text for _, examples in needs for text in examples]
    questions = [
        (index, text) for index, known in enumerate(scenario.knows) for text in known.asked
    ]
    return Ear(
        needs=tuple(need for need, _ in needs),
        rows=tuple(slice(start, end) for start, end in pairwise(ends)),
        examples=encoder.encode(texts),
        negated=np.array([_is_negated(text) for text in texts]),
        topics=tuple(index for index, _ in questions),
        questions=encoder.encode([text for _, text in questions]),
    )


def hear(reply: str, ear: Ear, encoder: Encoder) -> Heard:
    """Return what `reply` answers and asks. An empty reply answers and asks nothing."""
    sentences = [sentence.text for sentence in split(reply)]
    if not sentences:
        return Heard()
    vectors = encoder.encode(sentences)
    scores = likeness(sentences, vectors, ear).max(axis=0)
    covered = tuple(need for need, score in zip(ear.needs, scores, strict=True) if score >= COVERS)
    seeking = [i for i, text in enumerate(sentences) if _seeks(text)]
    answer = _answer(vectors[seeking], ear) if seeking else None
    return Heard(covered=covered, asked=bool(seeking), answer=answer)


def likeness(sentences: Sequence[str], vectors: Vectors, ear: Ear) -> Vectors:
    """Return shape (sentences, needs): how near each sentence comes to answering each need."""
    cosines = vectors @ ear.examples.T
    parts = [cosines[:, rows] for rows in ear.rows]
    near = np.stack([np.sort(part, axis=1)[:, -NEAREST:].mean(axis=1) for part in parts], axis=1)
    best = np.stack([part.max(axis=1) for part in parts], axis=1)
    nearer = np.maximum(0, _best_other(best) - best)
    like = np.stack(
        [
            ear.negated[rows][part.argmax(axis=1)]
            for rows, part in zip(ear.rows, parts, strict=True)
        ],
        axis=1,
    )
    negated = np.array([_is_negated(text) for text in sentences])[:, None]
    asked = np.array([text.rstrip().endswith("?") for text in sentences])[:, None]
    result: Vectors = near - RIVAL * nearer - OTHER_POLARITY * (like != negated) - QUESTION * asked
    return result


def _best_other(best: Vectors) -> Vectors:
    """Return shape (sentences, needs): the best cosine to any other need's examples."""
    if best.shape[1] == 1:
        return np.full_like(best, -1)
    ranked = np.sort(best, axis=1)
    first, second = ranked[:, -1:], ranked[:, -2:-1]
    return np.where(best == first, second, first)


def _answer(questions: Vectors, ear: Ear) -> int | None:
    cosines = questions @ ear.questions.T
    best = np.unravel_index(int(cosines.argmax()), cosines.shape)
    return ear.topics[int(best[1])] if cosines[best] >= ASKS else None


def _seeks(sentence: str) -> bool:
    if not sentence.rstrip().endswith("?") or _OFFERS.search(sentence):
        return False
    last = re.split(r"[,;:–—]\s+", sentence)[-1]
    return bool(_SEEKS.search(sentence) or _SEEKS.search(last))


def _is_negated(text: str) -> bool:
    return bool(_NEGATED.search(text))
