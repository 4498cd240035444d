"""The learned part: MiniLM's layers, tuned on rated replies, and what is read from them.

A reply goes through the encoder once, whole, so that each sentence is read among its neighbours.
A sentence's vector says how much it shows of each criterion and how likely it is each violation;
a criterion's level is read from the sentences, weighed by how much they show of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils import parametrize

from rubrics.bars import WEIGHTS, Matrix
from rubrics.encoder import DIMENSIONS, Backbone
from rubrics.grade import CRITERIA, KINDS, TOP_LEVEL, Span
from rubrics.sentences import split, unmarked

RANK = 32
"""Rank of what tuning adds to each matrix: the file holds 3% of what full matrices would take."""
WINDOW = 256
"""Tokens that are read at once; a longer reply is read in windows, cut between sentences."""
LENGTH = 8.0
"""A sentence's vector is made this long: at 1.0 the heads lag behind the layers."""
AT_ONCE = 32
"""Replies that are read in one pass."""
_FAR = -1e4


@dataclass(frozen=True)
class Words:
    """A reply as the encoder takes it."""

    spans: tuple[Span, ...]
    windows: tuple[tuple[int, ...], ...]
    """Token ids; each window begins and ends as the encoder was taught."""
    owners: tuple[tuple[int, ...], ...]
    """For each token of each window its sentence; -1 for the first and the last."""

    @property
    def size(self) -> int:
        """Tokens in the longest window."""
        return max(map(len, self.windows))


@dataclass(frozen=True)
class Scores:
    """What the heads say of a batch, as log-odds; far below 0 for sentences that it lacks."""

    above: Tensor
    """Shape (replies, 3, 3): that a criterion's level is above 0, above 1, above 2."""
    shows: Tensor
    """Shape (replies, sentences, 3): that a sentence shows the criterion."""
    harms: Tensor
    """Shape (replies, sentences, kinds): that a sentence is the violation."""
    own: Tensor
    """Shape (replies, sentences): which sentences the replies have."""


@dataclass(frozen=True)
class Reading:
    """What the network reads in one reply."""

    spans: tuple[Span, ...]
    above: Matrix
    """Shape (3, 3): the probabilities of a level above 0, above 1 and above 2."""
    shows: Matrix
    """Shape (sentences, 3): the probability that a sentence shows the criterion."""
    harms: Matrix
    """Shape (sentences, kinds): the log-odds that a sentence is the violation."""

    @property
    def expected(self) -> Matrix:
        """Shape (3,): each criterion's expected level, 0.0 to 3.0."""
        levels: Matrix = self.above.sum(axis=1)
        return levels


class LowRank(nn.Module):
    """What tuning adds to a frozen matrix: the product of a tall and a flat one, at first zero."""

    def __init__(self, rows: int, columns: int) -> None:
        super().__init__()
        self.up = nn.Parameter(torch.zeros(rows, RANK))
        self.down = nn.Parameter(torch.randn(RANK, columns) / columns**0.5)

    def forward(self, weight: Tensor) -> Tensor:
        """Return the matrix with the addition."""
        return weight + self.up @ self.down


class Network(nn.Module):
    """The tuned layers and the heads over the encoder's embeddings, which stay as they are."""

    def __init__(self, backbone: Backbone) -> None:
        super().__init__()
        self.top = nn.ModuleList(_tunable(layer) for layer in backbone.layers())
        self.evidence = nn.Linear(DIMENSIONS, len(CRITERIA))
        self.violation = nn.Linear(DIMENSIONS, len(KINDS))
        self.level = nn.ModuleList(nn.Linear(2 * DIMENSIONS, TOP_LEVEL) for _ in CRITERIA)
        self.dropout = nn.Dropout(0.1)
        nn.init.constant_(self.violation.bias, -3.0)
        self._backbone = (backbone,)  # in a tuple: it is no part of this module

    def words(self, reply: str) -> Words:
        """Return `reply` as tokens, with its sentences."""
        spans = split(reply)
        ids, starts = self._backbone[0].tokens(unmarked(reply))
        owners = np.searchsorted([span.start for span in spans], starts, side="right") - 1
        begin, end = self._backbone[0].ends
        cuts = _windows(owners.tolist())
        return Words(
            spans,
            tuple((begin, *ids[a:b], end) for a, b in cuts),
            tuple((-1, *owners[a:b].tolist(), -1) for a, b in cuts),
        )

    def forward(self, replies: Sequence[Words]) -> Scores:
        """Return the heads' scores of `replies`."""
        windows = [window for words in replies for window in words.windows]
        ids = nn.utils.rnn.pad_sequence([torch.tensor(w) for w in windows], batch_first=True)
        mask = _mask(windows)
        with torch.no_grad():
            hidden = self._backbone[0].embedded(ids)
        # Half precision only while learning: two to four times as fast where the processor has it.
        with torch.autocast("cpu", torch.bfloat16, enabled=self.training):
            for layer in self.top:
                hidden = layer(hidden, mask)
        hidden = hidden.float()
        vectors, own = _sentences(replies, [hidden[i, : len(w)] for i, w in enumerate(windows)])
        vectors = self.dropout(functional.normalize(vectors, dim=-1) * LENGTH)
        far = (~own)[..., None] * _FAR
        shows = self.evidence(vectors) + far
        weights = torch.softmax(shows, dim=1)
        mean = vectors.sum(1) / own.sum(1, keepdim=True)
        above = [
            head(torch.cat([(weights[..., c, None] * vectors).sum(1), mean], dim=-1))
            for c, head in enumerate(self.level)
        ]
        return Scores(torch.stack(above, 1), shows, self.violation(vectors) + far, own)

    def read(self, replies: Sequence[str]) -> list[Reading]:
        """Return what is read in each reply, in order; none may be without a sentence."""
        words = [self.words(reply) for reply in replies]
        order = sorted(range(len(words)), key=lambda i: words[i].size)
        found: dict[int, Reading] = {}
        for at in range(0, len(order), AT_ONCE):
            batch = order[at : at + AT_ONCE]
            found.update(zip(batch, self._read([words[i] for i in batch]), strict=True))
        return [found[i] for i in range(len(words))]

    def _read(self, words: Sequence[Words]) -> list[Reading]:
        self.eval()
        with torch.no_grad():
            scores = self(words)
        above, shows = torch.sigmoid(scores.above).numpy(), torch.sigmoid(scores.shows).numpy()
        harms = scores.harms.numpy()
        return [
            Reading(w.spans, above[i], shows[i, : len(w.spans)], harms[i, : len(w.spans)])
            for i, w in enumerate(words)
        ]


def save(network: Network, path: Path = WEIGHTS) -> None:
    """Write what was learned, to half precision; frozen matrices are the encoder's own."""
    learned = {name: value for name, value in network.named_parameters() if value.requires_grad}
    save_file({name: value.detach().half() for name, value in learned.items()}, path)


def load(backbone: Backbone, path: Path = WEIGHTS) -> Network:
    """Return the shipped network. ValueError when the file is another network's."""
    network = Network(backbone)
    learned = {name: value.float() for name, value in load_file(path).items()}
    wanted = {name for name, value in network.named_parameters() if value.requires_grad}
    if set(learned) != wanted:
        raise ValueError(f"{path.name}: not of this network; python -m rubrics.train makes it anew")
    network.load_state_dict(learned, strict=False)  # frozen matrices are the encoder's own
    for layer in network.top:
        _merge(layer)
    return network.eval()


def _tunable(layer: nn.Module) -> nn.Module:
    """Freeze a layer's matrices and give each a low-rank addition; the rest is tuned as it is."""
    for linear in [part for part in layer.modules() if isinstance(part, nn.Linear)]:
        linear.weight.requires_grad_(False)
        parametrize.register_parametrization(linear, "weight", LowRank(*linear.weight.shape))
    return layer


def _merge(layer: nn.Module) -> None:
    """Add the additions for good, so that reading costs nothing more."""
    for linear in [part for part in layer.modules() if isinstance(part, nn.Linear)]:
        parametrize.remove_parametrizations(linear, "weight", leave_parametrized=True)


def _windows(owners: Sequence[int]) -> list[tuple[int, int]]:
    """Return (from, to) of each window: as many whole sentences as fit, at least some tokens."""
    most = WINDOW - 2
    cuts = [0]
    while len(owners) - cuts[-1] > most:
        end = cuts[-1] + most
        fit = end
        while fit > cuts[-1] and owners[fit] == owners[fit - 1]:
            fit -= 1
        cuts.append(fit if fit > cuts[-1] else end)
    return list(zip(cuts, [*cuts[1:], len(owners)], strict=True))


def _mask(rows: Sequence[Any]) -> Tensor:
    """Return shape (rows, 1, 1, longest): 0 for a row's own places, far below 0 behind them."""
    lengths = torch.tensor([len(row) for row in rows])
    behind = torch.arange(int(lengths.max()))[None] >= lengths[:, None]
    return (behind * _FAR)[:, None, None, :]


def _sentences(replies: Sequence[Words], hidden: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
    """Return each sentence's mean hidden state and which sentences there are.

    Shapes (replies, most sentences, 384) and (replies, most sentences).
    """
    most = max(len(words.spans) for words in replies)
    owners = [
        owner + i * most if owner >= 0 else -1
        for i, words in enumerate(replies)
        for window in words.owners
        for owner in window
    ]
    slots = torch.tensor(owners)
    states = torch.cat(list(hidden))[slots >= 0]
    slots = slots[slots >= 0]
    sums = torch.zeros(len(replies) * most, DIMENSIONS).index_add(0, slots, states)
    counts = torch.bincount(slots, minlength=len(replies) * most)
    vectors = sums / counts.clamp(min=1)[:, None]
    own = torch.arange(most)[None] < torch.tensor([len(words.spans) for words in replies])[:, None]
    return vectors.view(len(replies), most, DIMENSIONS), own
