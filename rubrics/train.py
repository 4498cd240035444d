"""Tunes the network on rubrics/corpus: `python -m rubrics.train` writes the weights and the bars.

An eighth of the cases is kept aside: the bars are chosen on it, and the figures printed are those
of the network that is shipped, on cases that it never saw. `--report` tunes a network for each
eighth instead, the slow way to figures over the whole corpus, and writes nothing. No case is ever
on both sides.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from rubrics import network
from rubrics.bars import BARS, WEIGHTS, Judgement, Matrix, bars, report, save_bars
from rubrics.encoder import Backbone, MiniLM
from rubrics.grade import CRITERIA, KINDS, TOP_LEVEL, Case
from rubrics.network import Network, Reading, Scores, Words
from rubrics.weighing import weighed

CORPUS = Path(__file__).with_name("corpus")
FOLDS = 8
THREADS = 2
EPOCHS = 6
SEED = 0
BATCH = 16
LAYERS_RATE, HEADS_RATE = 5e-4, 2e-3
GRAFTS = 0.5
"""Grafted replies an epoch, for each rated one. In the corpus most of what harms stands in poor
replies: without grafts a demand for a PIN in the middle of a good reply was passed over. Half of
the grafts are harmless, or else whatever does not fit its neighbours would pass for harm."""
WARM_UP = 0.1
"""Share of the steps over which the rates rise; then they fall to nothing."""
LEVELS, SHOWS, HARMS, WORST = 3.0, 1.0, 5.0, 5.0
"""Weights of the four losses: levels, evidence, each sentence's harm, the worst sentence's."""


@dataclass(frozen=True)
class Example:
    """A rated reply."""

    id: str
    case: str
    """Replies to one case are learned from, or judged, together."""
    card: Case
    reply: str
    words: Words
    levels: tuple[int, ...]
    violations: frozenset[str]
    shows: Matrix
    """Shape (sentences, 3): a third of the level where the sentence holds its evidence, else 0."""
    harms: Matrix
    """Shape (sentences, kinds): 1 where the sentence holds the violation's."""
    grafted: bool = False
    """Whether a sentence was put in, so that nobody rated the levels."""


def examples(folder: Path, net: Network) -> list[Example]:
    """Return the rated replies of a folder in the corpus' form, stock replies last."""
    cards = {row["id"]: Case.from_mapping(row) for row in _rows(folder / "cases.jsonl")}
    ratings = {row["id"]: row for row in _rows(folder / "ratings.jsonl")}
    rated = [
        _example(row, ratings[row["id"]], cards[row["case"]], net)
        for row in _rows(folder / "replies.jsonl")
    ]
    return rated + [_stock(row, net) for row in _rows(folder / "stock.jsonl")]


def tune(found: Sequence[Example], encoder: Backbone, *, epochs: int = EPOCHS) -> Network:
    """Return a network tuned on all of `found`: on one machine the same one each time."""
    torch.manual_seed(SEED)
    chance = random.Random(SEED)
    net = Network(encoder)
    torch.set_num_threads(THREADS)  # an encoder sets one
    optimizer = torch.optim.AdamW(
        [
            {"params": net.top.parameters(), "lr": LAYERS_RATE},
            {"params": _heads(net), "lr": HEADS_RATE},
        ],
        weight_decay=0.01,
    )
    steps = epochs * math.ceil((1 + GRAFTS) * len(found) / BATCH)
    rates = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _rate(step / steps))
    for epoch in range(epochs):
        pool = [*found, *_grafts(found, net, chance)]
        net.train()
        total = 0.0
        for batch in _batches(pool, chance):
            part = [pool[i] for i in batch]
            loss = _loss(net([e.words for e in part]), part)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
            rates.step()
            total += loss.item() * len(part)
        print(f"epoch {epoch + 1}: loss {total / len(pool):.3f}", file=sys.stderr, flush=True)
    return net.eval()


def apart(found: Sequence[Example], fold: int) -> tuple[list[Example], list[Example]]:
    """Return what is learned from and, of an eighth of the cases, what is kept aside."""
    aside = [e for e in found if _fold(e.case) == fold]
    return [e for e in found if _fold(e.case) != fold], aside


def judge(net: Network, unseen: Sequence[Example]) -> list[Judgement]:
    """Return what the network makes of replies."""
    readings = net.read([example.reply for example in unseen])
    return [_judgement(e, reading) for e, reading in zip(unseen, readings, strict=True)]


def _fold(case: str) -> int:
    """Return a case's eighth: by its own name, so that new cases move no old one; -1 for stock."""
    return -1 if case.startswith("stock") else sum(case.encode()) % FOLDS


def _judgement(example: Example, reading: Reading) -> Judgement:
    return Judgement(
        example.levels,
        example.violations,
        reading.expected,
        weighed(reading.harms, [span.text for span in reading.spans], example.card)[0].max(axis=0),
        len(example.reply.split()),
    )


def _heads(net: Network) -> list[Any]:
    return [value for name, value in net.named_parameters() if not name.startswith("top.")]


def _rate(done: float) -> float:
    return max(0.0, min(done / WARM_UP, (1 - done) / (1 - WARM_UP)))


def _grafts(found: Sequence[Example], net: Network, chance: random.Random) -> Iterator[Example]:
    """Yield replies without a violation in which another's sentence was put, by turns one that
    harms, of any kind alike, and one that does not.
    """
    clean = [e for e in found if not e.violations]
    harmful = [
        [(e, i) for e in found for i in np.flatnonzero(e.harms[:, k])] for k in _kinds(found)
    ]
    harmless = [(e, i) for e in clean for i in range(len(e.words.spans))]
    for turn in range(int(GRAFTS * len(found))):
        host = chance.choice(clean)
        donor, i = chance.choice(harmless if turn % 2 else chance.choice(harmful))
        at = chance.randint(0, len(host.words.spans))
        sentences = [span.text for span in host.words.spans]
        sentences.insert(at, donor.words.spans[i].text)
        words = net.words(" ".join(sentences))
        if len(words.spans) == len(sentences):  # a sentence without a stop runs into the next
            yield replace(
                host,
                words=words,
                violations=frozenset(KINDS[k] for k in np.flatnonzero(donor.harms[i])),
                shows=np.insert(host.shows, at, donor.shows[i], axis=0),
                harms=np.insert(host.harms, at, donor.harms[i], axis=0),
                grafted=True,
            )


def _kinds(found: Sequence[Example]) -> list[int]:
    """Return the kinds that some sentence shows."""
    return [k for k in range(len(KINDS)) if any(e.harms[:, k].any() for e in found)]


def _batches(found: Sequence[Example], chance: random.Random) -> Iterator[list[int]]:
    """Yield every example once, those of like length together, in an order left to chance."""
    order = list(range(len(found)))
    chance.shuffle(order)
    batches = []
    for at in range(0, len(order), BATCH * 16):
        near = sorted(order[at : at + BATCH * 16], key=lambda i: found[i].words.size)
        batches += [near[i : i + BATCH] for i in range(0, len(near), BATCH)]
    chance.shuffle(batches)
    yield from batches


def _loss(scores: Scores, part: Sequence[Example]) -> Tensor:
    levels = torch.tensor([e.levels for e in part])
    above = (levels[..., None] > torch.arange(TOP_LEVEL)).float()
    shows, harms = _padded([e.shows for e in part]), _padded([e.harms for e in part])
    own = scores.own[..., None].float()
    rated = torch.tensor([float(not e.grafted) for e in part])[:, None, None].expand_as(above)
    has = torch.tensor([[float(kind in e.violations) for kind in KINDS] for e in part])
    cross = functional.binary_cross_entropy_with_logits
    return (
        LEVELS * cross(scores.above, above, weight=rated)
        + SHOWS * cross(scores.shows, shows, weight=own.expand_as(shows)) * own.numel() / own.sum()
        + HARMS * cross(scores.harms, harms, weight=own.expand_as(harms)) * own.numel() / own.sum()
        + WORST * cross(scores.harms.max(1).values, has)
    )


def _padded(rows: Iterable[Matrix]) -> Tensor:
    return torch.nn.utils.rnn.pad_sequence([torch.tensor(row) for row in rows], batch_first=True)


def _example(row: dict[str, Any], rating: dict[str, Any], card: Case, net: Network) -> Example:
    words, quoted = net.words(row["reply"]), rating["evidence"]
    shows = np.zeros((len(words.spans), len(CRITERIA)), dtype=np.float32)
    harms = np.zeros((len(words.spans), len(KINDS)), dtype=np.float32)
    for c, name in enumerate(CRITERIA):
        for i in _holding(row["reply"], words, quoted.get(name)):
            shows[i, c] = rating[name] / TOP_LEVEL
    for kind in rating["violations"]:
        for i in _holding(row["reply"], words, quoted.get(kind)):
            harms[i, KINDS.index(kind)] = 1
    return Example(
        row["id"],
        row["case"],
        card,
        row["reply"],
        words,
        tuple(rating[name] for name in CRITERIA),
        frozenset(rating["violations"]),
        shows,
        harms,
    )


def _stock(row: dict[str, Any], net: Network) -> Example:
    """Return a reply of stock phrases only: the rubric itself says that it is worth 1 at most."""
    rating = {**{name: row[name] for name in CRITERIA}, "violations": (), "evidence": {}}
    example = _example({**row, "case": f"stock {row['id']}"}, rating, Case(), net)
    return replace(example, shows=np.array(row["sentences"], dtype=np.float32) / TOP_LEVEL)


def _holding(reply: str, words: Words, quoted: str | None) -> list[int]:
    """Return which sentences hold the quoted words."""
    start = reply.find(quoted) if quoted else -1
    if start < 0 or quoted is None:
        return []
    end = start + len(quoted)
    return [i for i, span in enumerate(words.spans) if span.start < end and start < span.end]


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def _figures(folds: Sequence[Sequence[Judgement]]) -> str:
    """Return the figures of parts; the bars of each part are chosen on the others."""
    found = []
    for part in folds:
        rest = [one for other in folds if other is not part for one in other]
        found += [bars(rest)] * len(part)
    return report([one for part in folds for one in part], found)


def main() -> None:
    """Write the weights, or print the cross-validated figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--report", action="store_true", help="cross-validate and write nothing")
    parser.add_argument("--bars", action="store_true", help="choose the bars of the weights anew")
    args = parser.parse_args()
    encoder = MiniLM()
    found = examples(CORPUS, Network(encoder))
    if args.report:
        parts = [apart(found, fold) for fold in range(FOLDS)]
        print(_figures([judge(tune(learned, encoder), aside) for learned, aside in parts]))
        return
    learned, aside = apart(found, 0)
    if not args.bars:
        network.save(tune(learned, encoder))
    judged = judge(network.load(encoder), aside)
    save_bars(bars(judged))
    cases = sorted({example.case for example in aside})
    halves = [
        [one for one, e in zip(judged, aside, strict=True) if cases.index(e.case) % 2 == half]
        for half in range(2)
    ]
    print(_figures(halves))
    print(f"{WEIGHTS.name} and {BARS.name} written", file=sys.stderr)


if __name__ == "__main__":
    main()
