"""The learned part: linear heads over sentences, then over a reply. Plain numpy, weights as JSON.

A sentence's features are its vector and its cues. Three heads say how much of each criterion a
sentence shows, one per violation how likely it shows that, within the reply it stands in. A reply's
features are its best three sentences, the cues present, and the mean of its sentences' vectors; no
count of words or sentences is among them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from rubrics.cues import cues, people, refuted, unaddressed
from rubrics.encoder import DIMENSIONS, Encoder
from rubrics.grade import CRITERIA, Case

Matrix = np.ndarray[Any, np.dtype[np.float64]]

WHOLE = 2.0
"""Weight of the mean of a reply's vectors in its levels, beside the cues and the best sentences."""
LEAST_SHOWN = 0.3
"""A sentence that shows less than this of a criterion is no evidence of it; less of every one, and
it counts for nothing."""
NEVER = -20.0
"""Log-odds of what a sentence says the opposite of."""

WEIGHTS = Path(__file__).with_name("weights.json")


@dataclass(frozen=True)
class Heads:
    """Weights as trained by `python -m rubrics.train`."""

    kinds: tuple[str, ...]
    sentence: Matrix
    """Shape (features + 1, 3): a column for each criterion; the last row is the bias."""
    harm: Matrix
    """Shape (features in their reply + 1, kinds), in log-odds."""
    reply: Matrix
    """Shape (reply features + 1, 3)."""
    cuts: Matrix
    """Shape (3, 3): for each criterion the scores from which levels 1, 2 and 3 are given."""
    bars: Matrix
    """Shape (kinds,): the log-odds from which a violation is said."""


def load(path: Path = WEIGHTS) -> Heads:
    """Return the shipped weights."""
    fields = json.loads(path.read_text(encoding="utf-8"))
    arrays = {
        name: np.array(fields[name]) for name in ("sentence", "harm", "reply", "cuts", "bars")
    }
    return Heads(kinds=tuple(fields["kinds"]), **arrays)


def dump(heads: Heads) -> str:
    """Return the weights as JSON, to five digits."""
    fields: dict[str, Any] = {"kinds": list(heads.kinds)}
    for name in ("sentence", "harm", "reply", "cuts", "bars"):
        fields[name] = np.round(getattr(heads, name), 5).tolist()
    return json.dumps(fields, separators=(",", ":")) + "\n"


def sentence_features(sentences: Sequence[str], encoder: Encoder, case: Case) -> Matrix:
    """Return shape (sentences, features): vector, cues, and cues against the case.

    Whom the customer's name addresses is nobody else: it is left out.
    """
    sentences = [unaddressed(sentence) for sentence in sentences]
    vectors = encoder.encode(sentences)
    signs = np.stack([cues(sentence) for sentence in sentences])
    against = np.stack([_against(sentence, case) for sentence in sentences])
    return np.hstack([vectors, signs, 0.5 * against]).astype(np.float64)


def in_reply(features: Matrix) -> Matrix:
    """Return the features of a reply's sentences with the reply's mean vector beside each.

    A sentence is cruel or kind by what stands around it.
    """
    return np.hstack([features, np.broadcast_to(_mean(features), (len(features), DIMENSIONS))])


def reply_features(features: Matrix, scores: Matrix, harm: Matrix) -> Matrix:
    """Return shape (reply features,) from its sentences' features, scores and log-odds of harm.

    Only the sentences that show something count, so that padding raises no level.
    """
    ranked = -np.sort(-scores, axis=0)
    best = ranked[0]
    second = ranked[1] if len(ranked) > 1 else np.zeros_like(best)
    third = ranked[2] if len(ranked) > 2 else np.zeros_like(best)
    feared = np.clip(harm.max(axis=0), -6, 6) / 4
    telling = features[scores.max(axis=1) >= LEAST_SHOWN]
    if not len(telling):
        telling = features
    present = telling[:, DIMENSIONS:].max(axis=0)
    return np.concatenate([best, second, third, feared, present, WHOLE * _mean(telling)])


def _mean(features: Matrix) -> Matrix:
    mean: Matrix = features[:, :DIMENSIONS].mean(axis=0)
    return mean


def apply(weights: Matrix, features: Matrix) -> Matrix:
    """Return features times weights, plus the bias in the last row."""
    scores: Matrix = features @ weights[:-1] + weights[-1]
    return scores


def harms(
    weights: Matrix, features: Matrix, sentences: Sequence[str], kinds: Sequence[str]
) -> Matrix:
    """Return shape (sentences, kinds): the log-odds of harm, NEVER where the words refute it."""
    opposite = [refuted(text) for text in sentences]
    denied = np.array([[kind in said for kind in kinds] for said in opposite])
    odds: Matrix = np.where(denied, NEVER, apply(weights, in_reply(features)))
    return odds


def levels(scores: Matrix, cuts: Matrix) -> dict[str, int]:
    """Return each criterion's level, 0 to 3, from its score."""
    return {
        name: int((score >= cut).sum())
        for name, score, cut in zip(CRITERIA, scores, cuts, strict=True)
    }


def _against(sentence: str, case: Case) -> Matrix:
    """Whether the sentence speaks US to the UK, names a stranger, or uses the card's words."""
    words = _words(sentence)
    card = " ".join((*case.confirmed, *case.approved_offers, *case.verification, case.next_update))
    abroad = case.country not in ("", "US", "USA")
    return np.array(
        [
            float(abroad and bool(words & _AMERICAN)),
            float(not abroad and bool(words & _BRITISH)),
            float(any(name.split()[-1] not in card for name in people(sentence))),
            _overlap(words, case.must_not_say),
            _overlap(words, case.approved_offers),
            _overlap(words, (case.next_update,)),
            _overlap(words, case.unknown),
            _overlap(words, case.confirmed),
            _overlap(words, case.exposed_data),
        ]
    )


def _overlap(words: set[str], texts: Sequence[str]) -> float:
    """Return the largest share of a text's telling words that the sentence has."""
    shares = [len(words & found) / len(found) for found in map(_words, texts) if found]
    return max(shares, default=0.0)


def _words(text: str) -> set[str]:
    found = {word.strip(".,;:!?()'\"“”").lower() for word in text.split()}
    return {word for word in found if len(word) > 3 and word not in _COMMON}


_AMERICAN = {"ftc", "equifax", "transunion", "hipaa", "identitytheft.gov", "socials"}
_BRITISH = {"cifas", "7726", "ncsc"}
_COMMON = frozenset(
    [
        "that",
        "this",
        "with",
        "your",
        "have",
        "from",
        "they",
        "will",
        "what",
        "were",
        "been",
        "when",
        "would",
        "there",
        "their",
        "about",
        "which",
        "could",
        "should",
        "after",
        "into",
        "only",
        "them",
        "then",
        "than",
        "over",
        "more",
        "some",
        "very",
        "just",
        "also",
        "never",
    ]
)
