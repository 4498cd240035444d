"""How well the customer hears what a reply answers: `python -m benchmarks.hearing`.

Replies of rubrics/corpus to each shipped scenario, by writers who knew its facts and its needs, not
its examples; heard/ holds the needs that other people, who knew no more, said each meets. A need
that is met in part counts neither way.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.turn import CORPUS
from bot.hearing import COVERS, likeness, tune
from rubrics.encoder import MiniLM
from rubrics.sentences import split
from scenarios.reader import read_folder

HEARD = Path(__file__).with_name("heard")
BARS = np.arange(0.30, 0.70, 0.01)


@dataclass(frozen=True)
class Sample:
    """The replies to one scenario."""

    name: str
    scores: np.ndarray[Any, np.dtype[np.float32]]
    """Shape (replies, needs)."""
    met: np.ndarray[Any, np.dtype[np.bool_]]
    partly: np.ndarray[Any, np.dtype[np.bool_]]


def main() -> None:
    """Print the table, as Markdown."""
    samples = [sample(path) for path in sorted(HEARD.glob("*.jsonl"))]
    print("| scenario | replies | precision | recall | F1 | F1, bar from the other scenarios |")
    print("| --- | --- | --- | --- | --- | --- |")
    for held in samples:
        others = [other for other in samples if other is not held]
        bar = max(BARS, key=lambda bar: agreement(others, bar)[2])
        precision, recall, f1 = agreement([held], COVERS)
        there = agreement([held], bar)[2]
        print(
            f"| {held.name} | {len(held.met)} | {precision:.2f} | {recall:.2f} | {f1:.2f} | "
            f"{there:.2f} (at {bar:.2f}) |"
        )
    precision, recall, f1 = agreement(samples, COVERS)
    total = sum(len(held.met) for held in samples)
    print(f"| all | {total} | {precision:.2f} | {recall:.2f} | {f1:.2f} | |")


def sample(path: Path) -> Sample:
    """Return a scenario's labelled replies with their scores."""
    encoder, scenario = MiniLM(), read_folder().scenarios[path.stem]
    ear, replies = tune(scenario, encoder), {row["id"]: row["reply"] for row in _rows(CORPUS)}
    names = [f"{concern}.{index}" for concern, index in ear.needs]
    rows = _rows(path)
    scores = []
    for row in rows:
        sentences = [span.text for span in split(replies[row["id"]])]
        scores.append(likeness(sentences, encoder.encode(sentences), ear).max(axis=0))
    return Sample(
        name=path.stem,
        scores=np.stack(scores),
        met=np.array([[name in row["meets"] for name in names] for row in rows]),
        partly=np.array([[name in row["partly"] for name in names] for row in rows]),
    )


def agreement(samples: list[Sample], bar: float) -> tuple[float, float, float]:
    """Return precision, recall and F1 of hearing a need from `bar` on."""
    hit = heard = met = 0
    for one in samples:
        covered = (one.scores >= bar) & ~one.partly
        hit += int((covered & one.met).sum())
        heard += int(covered.sum())
        met += int(one.met.sum())
    return hit / (heard or 1), hit / met, 2 * hit / (heard + met)


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


if __name__ == "__main__":
    main()
