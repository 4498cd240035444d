"""What the network reads and what the case decides, weighed together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rubrics.bars import Matrix
from rubrics.card import Finding
from rubrics.checks import check
from rubrics.grade import KINDS, Case

Findings = Mapping[tuple[int, str], Finding]

PROVES = 3.0
"""Added to a violation's log-odds in a sentence where the case proves it."""
CLEARS = 3.0
"""Taken off where the case clears it."""


def weighed(harms: Matrix, sentences: Sequence[str], case: Case) -> tuple[Matrix, Findings]:
    """Return the sentences' log-odds of each violation with the case's say, and what it found.

    Shape (sentences, kinds), as `harms`.
    """
    found = check(sentences, case)
    odds = harms.copy()
    for (place, kind), finding in found.items():
        odds[place, KINDS.index(kind)] += PROVES if finding.verdict == "proves" else -CLEARS
    return odds, found
