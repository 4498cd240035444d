"""The measurement of the checks against rated replies."""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks.checks import CORPUS, Rated, is_set_aside, read, table, tally
from rubrics.grade import Case

CASE = Case(unknown=("whether any letter was read",))
LEAST_RIGHT = 0.6
"""A finding is evidence beside the network's, not the verdict. Proofs were right nine times in ten
on the writers that the checks were made with; on the 25 later ones off_limits six times, promises
and advice eight times."""
MANY = 15
"""Of so few findings or fewer, one or two mistakes say nothing of the share."""


def test_a_proof_is_right_when_the_rater_found_that_kind():
    """It is exact where the quoted words stand in the sentence, and covers what was rated."""
    reply = "Nobody has read your letter. Nobody has opened the letters."
    rated = Rated(reply, CASE, {"speculate": "Nobody has read your letter", "blame": "x"})

    counts = tally([rated])

    assert counts["speculate", "proves"] == counts["speculate", "proves right"] == 2
    assert counts["speculate", "proves exact"] == 1
    assert counts["speculate", "covered"] == counts["speculate", "rated"] == 1
    assert counts["blame", "covered"] == 0


def test_a_clear_is_wrong_where_words_were_quoted():
    """Quoted words in a cleared sentence count against it."""
    counts = tally([Rated("I'm sorry you are so rude.", CASE, {"liability": "so rude"})])

    assert counts["liability", "clears"] == 1
    assert counts["liability", "clears right"] == 0


def test_a_share_of_nothing_is_left_empty():
    """A kind that nobody rated and nothing found has no share, and is not called 0 or 1."""
    assert "| dismiss | 0 |  |  | 0 |  | 0 |  |" in table(tally([]))


def test_cases_are_either_set_aside_or_not(tmp_path: Path):
    """Each rated reply is in one of the two halves; an unrated one is in neither."""
    cases = ("a", "b", "c", "d", "e")
    rows = {
        "cases": [{"id": name} for name in cases],
        "replies": [{"id": f"{name}1", "case": name, "reply": "Hello."} for name in cases],
        "ratings": [{"id": f"{name}1", "violations": [], "evidence": {}} for name in cases[:4]],
    }
    for name, lines in rows.items():
        (tmp_path / f"{name}.jsonl").write_text("\n".join(map(json.dumps, lines)))

    halves = [list(read(tmp_path, set_aside=aside)) for aside in (True, False)]

    assert [len(half) for half in halves] == [sum(map(is_set_aside, cases[:4])), 3]


def test_a_proof_is_more_often_right_than_not():
    """On the rated replies of the corpus, each kind's proofs and clears are nearly all right."""
    counts = tally([*read(CORPUS, set_aside=True), *read(CORPUS, set_aside=False)])

    for kind, what in [key for key in counts if key[1] in ("proves", "clears")]:
        if counts[kind, what] > MANY:
            assert counts[kind, f"{what} right"] / counts[kind, what] >= LEAST_RIGHT, kind
