"""Trains the heads on rubrics/corpus: `python -m rubrics.train` writes rubrics/weights.json.

Cross-validated by writer: no reply is judged by heads that saw another by the same hand. The second
stage learns from first-stage scores made the same way. About two minutes on one core.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GroupKFold

from rubrics import heads
from rubrics.encoder import Encoder, MiniLM
from rubrics.grade import CRITERIA, Case
from rubrics.heads import Heads, Matrix, apply
from rubrics.sentences import split

CORPUS = Path(__file__).with_name("corpus")
KINDS = (
    "blame",
    "minimise",
    "speculate",
    "overpromise",
    "ask_secret",
    "disclose",
    "liability",
    "dismiss",
    "wrong_advice",
)
"""Those with enough examples: off_limits has five."""
FOLDS = 7
ALPHA = 6.0
LEAST_PRECISION = 0.65
"""Held out, at most one warning in three may be wrong. Without this the head for blame, which finds
little, was set so low that it flagged "it is our doing, not yours"."""
HARM_C = 2.0
RECALL_WEIGHT = 0.6
"""F-beta of the bars. At 1.3 four clean replies in ten were flagged, and a trainee who is warned
for nothing stops reading warnings."""


@dataclass(frozen=True)
class Example:
    """A rated reply, as sentences' features."""

    writer: str
    sentences: tuple[str, ...]
    features: Matrix
    shows: Matrix
    """Shape (sentences, 3): the reply's level where the sentence holds its evidence, else 0."""
    harms: Matrix
    """Shape (sentences, kinds): 1 where the sentence shows the violation."""
    levels: tuple[int, ...]
    violations: frozenset[str]


def examples(folder: Path, encoder: Encoder) -> list[Example]:
    """Return the rated replies of a folder in the corpus' form."""
    cases = {row["id"]: Case.from_mapping(row) for row in _rows(folder / "cases.jsonl")}
    ratings = {row["id"]: row for row in _rows(folder / "ratings.jsonl")}
    rated = [
        _example(row, ratings[row["id"]], cases[row["case"]], encoder)
        for row in _rows(folder / "replies.jsonl")
    ]
    return rated + [_stock(row, encoder) for row in _rows(folder / "stock.jsonl")]


def fit(found: list[Example]) -> Heads:
    """Return heads trained on all of `found`."""
    groups = np.array([example.writer for example in found])
    scores: list[Any] = [None] * len(found)
    harms: list[Any] = [None] * len(found)
    for train, test in GroupKFold(FOLDS).split(groups, groups=groups):
        sentence, harm = _first([found[i] for i in train])
        for i in test:
            scores[i] = apply(sentence, found[i].features)
            harms[i] = heads.harms(harm, found[i].features, found[i].sentences, KINDS)
    rows = np.stack(
        [
            heads.reply_features(example.features, score, harm)
            for example, score, harm in zip(found, scores, harms, strict=True)
        ]
    )
    truth = np.array([example.levels for example in found], dtype=float)
    reply = _ridge(rows, truth, ALPHA)
    held_out = _held_out(rows, truth, groups)
    cuts = np.stack([_cuts(held_out[:, c], truth[:, c]) for c in range(3)])
    tops = np.stack([harm.max(axis=0) for harm in harms])
    bars = np.array([_bar(tops[:, k], _has(found, kind)) for k, kind in enumerate(KINDS)])
    sentence, harm = _first(found)
    return Heads(KINDS, sentence, harm, reply, cuts, bars)


def judge(model: Heads, example: Example) -> tuple[dict[str, int], set[str]]:
    """Return levels and violations of a reply."""
    scores = apply(model.sentence, example.features)
    harm = heads.harms(model.harm, example.features, example.sentences, KINDS)
    row = heads.reply_features(example.features, scores, harm)
    kinds = {
        k for k, top, bar in zip(KINDS, harm.max(axis=0), model.bars, strict=True) if top >= bar
    }
    return heads.levels(apply(model.reply, row), model.cuts), kinds


def kappa(truth: list[int], given: list[int]) -> float:
    """Return the quadratic weighted kappa of two lists of levels."""
    table = np.zeros((4, 4))
    for a, b in zip(truth, given, strict=True):
        table[a, b] += 1
    apart = (np.arange(4)[:, None] - np.arange(4)[None, :]) ** 2
    chance = np.outer(table.sum(1), table.sum(0)) / table.sum()
    return float(1 - (apart * table).sum() / (apart * chance).sum())


def report(found: list[Example]) -> None:
    """Print the cross-validated figures, by writer, with length alone beside them."""
    groups = np.array([example.writer for example in found])
    given: list[Any] = [None] * len(found)
    for train, test in GroupKFold(FOLDS).split(groups, groups=groups):
        model = fit([found[i] for i in train])
        for i in test:
            given[i] = judge(model, found[i])
    rated = [i for i, example in enumerate(found) if not example.writer.startswith("stock")]
    by_length = sorted(rated, key=lambda i: len(" ".join(found[i].sentences).split()))
    for c, name in enumerate(CRITERIA):
        truth = [found[i].levels[c] for i in rated]
        alone = kappa([found[i].levels[c] for i in by_length], sorted(truth))
        ours = kappa(truth, [given[i][0][name] for i in rated])
        print(f"{name}: kappa {ours:.3f} (length alone {alone:.3f})")
    for kind in KINDS:
        want = _has(found, kind)
        got = np.array([kind in kinds for _, kinds in given])
        print(
            f"{kind}: hit {int((want & got).sum())} found {int(got.sum())} true {int(want.sum())}"
        )
    stock = [given[i][0] for i in range(len(found)) if i not in set(rated)]
    over = sum(max(levels.values()) > 1 for levels in stock)
    print(f"stock phrases above level 1: {over}/{len(stock)}")
    clean = [i for i in rated if not found[i].violations]
    print(f"clean replies flagged: {sum(bool(given[i][1]) for i in clean)}/{len(clean)}")


def _first(found: list[Example]) -> tuple[Matrix, Matrix]:
    """Return the sentence heads: criteria by ridge, violations by logistic regression."""
    rows = np.vstack([example.features for example in found])
    shows = np.vstack([example.shows for example in found])
    harms = np.vstack([example.harms for example in found])
    within = np.vstack([heads.in_reply(example.features) for example in found])
    harm = np.stack([_logistic(within, harms[:, k]) for k in range(len(KINDS))], axis=1)
    return _ridge(rows, shows, ALPHA), harm


def _ridge(rows: Matrix, truth: Matrix, alpha: float) -> Matrix:
    model = Ridge(alpha=alpha).fit(rows, truth)
    return np.vstack([model.coef_.T, model.intercept_[None, :]])


def _logistic(rows: Matrix, truth: Matrix) -> Matrix:
    if not truth.any():
        return np.append(np.zeros(rows.shape[1]), -20.0)
    model = LogisticRegression(C=HARM_C, max_iter=400, solver="lbfgs").fit(rows, truth)
    return np.append(model.coef_[0], model.intercept_[0])


def _held_out(rows: Matrix, truth: Matrix, groups: Any) -> Matrix:
    scores = np.zeros_like(truth)
    for train, test in GroupKFold(FOLDS).split(rows, groups=groups):
        scores[test] = apply(_ridge(rows[train], truth[train], ALPHA), rows[test])
    return scores


def _cuts(scores: Matrix, truth: Matrix) -> Matrix:
    """Return the three cuts with the best kappa, by coordinate search from 0.5, 1.5, 2.5."""
    cuts, wanted = np.array([0.5, 1.5, 2.5]), truth.astype(int).tolist()

    def agreement(candidate: Matrix) -> float:
        return kappa(wanted, (scores[:, None] >= candidate[None, :]).sum(1).tolist())

    for _ in range(3):
        for i in range(3):
            tried = [np.where(np.arange(3) == i, at, cuts) for at in np.arange(0.1, 3.0, 0.05)]
            cuts = max((c for c in tried if (np.diff(c) > 0.1).all()), key=agreement)
    return cuts


def _bar(tops: Matrix, want: Any) -> float:
    """Return the bar with the best F-beta on held-out log-odds, among those precise enough."""

    def score(bar: float) -> float:
        got = tops >= bar
        hit = float((got & want).sum())
        beta = RECALL_WEIGHT**2
        return (1 + beta) * hit / (beta * want.sum() + got.sum() or 1)

    def precision(bar: float) -> float:
        got = tops >= bar
        return float((got & want).sum() / (got.sum() or 1))

    bars = np.arange(-4.0, 2.0, 0.1)
    precise = [bar for bar in bars if precision(bar) >= LEAST_PRECISION]
    return float(max(precise or bars[-1:], key=score))


def _has(found: list[Example], kind: str) -> Any:
    return np.array([kind in example.violations for example in found])


def _example(row: dict[str, Any], rating: dict[str, Any], case: Case, encoder: Encoder) -> Example:
    spans = split(row["reply"])
    sentences = tuple(span.text for span in spans)
    evidence = rating.get("evidence", {})
    shows = np.zeros((len(spans), 3))
    harms = np.zeros((len(spans), len(KINDS)))
    for c, name in enumerate(CRITERIA):
        for i in _holding(row["reply"], spans, evidence.get(name)):
            shows[i, c] = rating[name]
    for k, kind in enumerate(KINDS):
        if kind in rating["violations"]:
            for i in _holding(row["reply"], spans, evidence.get(kind)):
                harms[i, k] = 1
    return Example(
        writer=row["case"].partition("-")[0],
        sentences=sentences,
        features=heads.sentence_features(sentences, encoder, case),
        shows=shows,
        harms=harms,
        levels=tuple(rating[name] for name in CRITERIA),
        violations=frozenset(rating["violations"]),
    )


def _stock(row: dict[str, Any], encoder: Encoder) -> Example:
    """Return a reply of stock phrases only: the rubric itself says that it is worth 1 at most."""
    sentences = tuple(span.text for span in split(row["reply"]))
    return Example(
        writer=f"stock {row['id'][-1]}",
        sentences=sentences,
        features=heads.sentence_features(sentences, encoder, Case()),
        shows=np.array(row["sentences"], dtype=float),
        harms=np.zeros((len(sentences), len(KINDS))),
        levels=tuple(row[name] for name in CRITERIA),
        violations=frozenset(),
    )


def _holding(reply: str, spans: Any, quoted: str | None) -> list[int]:
    """Return which sentences hold the quoted words."""
    start = reply.find(quoted) if quoted else -1
    if start < 0 or quoted is None:
        return []
    end = start + len(quoted)
    return [i for i, span in enumerate(spans) if span.start < end and start < span.end]


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def main() -> None:
    """Print the cross-validated figures and write the weights."""
    found = examples(CORPUS, MiniLM())
    report(found)
    heads.WEIGHTS.write_text(heads.dump(fit(found)), encoding="utf-8")
    print(f"{heads.WEIGHTS.name} written", file=sys.stderr)


if __name__ == "__main__":
    main()
