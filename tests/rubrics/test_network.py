"""The network: how a reply becomes tokens, and that what stands beside it does not matter."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from rubrics import network
from rubrics.encoder import MiniLM
from rubrics.network import WINDOW, Network

REPLIES = [
    "Calm down.",
    "Your letter was in the mailbox they opened. That should never have happened to you.",
    "I'll ring you on Friday. " * 120,
]


@pytest.fixture(scope="module")
def encoder() -> MiniLM:
    return MiniLM()


@pytest.fixture(scope="module")
def net(encoder: MiniLM) -> Network:
    return network.load(encoder)


def test_a_reply_is_read_alike_alone_and_among_others(net: Network):
    """Padding and batches change nothing."""
    together = net.read(REPLIES)

    for reply, found in zip(REPLIES, together, strict=True):
        alone = net.read([reply])[0]
        assert np.allclose(alone.above, found.above, atol=1e-4)
        assert np.allclose(alone.harms, found.harms, atol=1e-3)
        assert np.allclose(alone.shows, found.shows, atol=1e-4)


def test_a_long_reply_is_read_to_its_end(net: Network):
    """Every sentence has scores, however many windows it takes."""
    words, found = net.words(REPLIES[2]), net.read([REPLIES[2]])[0]

    assert len(words.windows) > 1
    assert all(len(window) <= WINDOW for window in words.windows)
    assert found.shows.shape == (120, 3)
    assert len(found.spans) == 120


@settings(max_examples=60, deadline=None)
@given(st.text(min_size=1, max_size=600).filter(lambda text: text.strip() != ""))
def test_every_token_has_a_sentence(net: Network, reply: str):
    """No token is lost, and each belongs to a sentence of the reply, in order."""
    words = net.words(reply)
    owners = [owner for window in words.owners for owner in window[1:-1]]

    assert owners == sorted(owners)
    assert all(0 <= owner < len(words.spans) for owner in owners)
    assert [len(w) for w in words.windows] == [len(o) for o in words.owners]


def test_chances_fall_with_the_level(net: Network):
    """To be above 2 is no likelier than to be above 0, and all are chances."""
    for found in net.read(REPLIES):
        assert ((found.above >= 0) & (found.above <= 1)).all()
        assert (found.above[:, 2] <= found.above[:, 0] + 0.05).all()


def test_weights_survive_the_disk(encoder: MiniLM, tmp_path):
    """What is saved is loaded, to half precision, with its additions merged."""
    made = Network(encoder).eval()
    with torch.no_grad():
        for name, value in made.named_parameters():
            if name.endswith(".up"):
                value.normal_(std=0.02)
    network.save(made, tmp_path / "w.safetensors")
    again = network.load(encoder, tmp_path / "w.safetensors")

    assert np.allclose(again.read(REPLIES[:2])[1].harms, made.read(REPLIES[:2])[1].harms, atol=0.02)
    assert np.allclose(again.read(REPLIES[:2])[0].above, made.read(REPLIES[:2])[0].above, atol=0.01)


def test_anothers_weights_are_refused(net: Network, encoder: MiniLM, tmp_path):
    """A file that lacks something is not loaded in part: the grades would be nobody's."""
    network.save(net, tmp_path / "w.safetensors")

    with pytest.raises(ValueError, match=r"w\.safetensors: not of this network"):
        network.load(encoder, tmp_path / "w.safetensors")


@pytest.mark.parametrize("marked", ["<b>Calm down.</b>", "**Calm down.**", "# Calm down.\u200b"])
def test_markup_is_not_read(net: Network, marked: str):
    """Tags, emphasis and invisible letters change nothing of what is read."""
    plain, found = net.read(["Calm down."])[0], net.read([marked])[0]

    assert np.allclose(plain.harms, found.harms, atol=1e-3)
    assert "".join(span.text for span in found.spans) == marked


def test_the_encoder_is_not_changed_by_tuning(encoder: MiniLM):
    """Tuned layers are copies: hearing goes on with the encoder as it was shipped."""
    before = encoder.encode(["Calm down."])
    changed = Network(encoder)
    with torch.no_grad():
        for value in changed.parameters():
            value.zero_()

    assert np.allclose(MiniLM().encode(["Calm down."]), before, atol=1e-6)
    encoder._known.clear()
    assert np.allclose(encoder.encode(["Calm down."]), before, atol=1e-6)
