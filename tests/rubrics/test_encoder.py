"""The sentence encoder."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from rubrics.encoder import DIMENSIONS, MiniLM

SENTENCES = [f"We will ring you {when}, {number} times." for when in ("today", "on Friday, by noon")
             for number in range(40)]  # fmt: skip


def test_it_encodes_from_several_threads():
    """What several replies ask for at once is the same as one by one."""
    encoder = MiniLM()

    with ThreadPoolExecutor(4) as pool:
        parts = [SENTENCES[start : start + 5] for start in range(0, len(SENTENCES), 5)]
        together = np.vstack(list(pool.map(encoder.encode, parts)))

    assert together.shape == (len(SENTENCES), DIMENSIONS)
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    assert np.allclose(together, MiniLM().encode(SENTENCES), atol=1e-4)


def test_no_text_has_no_vector():
    """Nothing in, nothing out, in the right shape."""
    assert MiniLM().encode([]).shape == (0, DIMENSIONS)
