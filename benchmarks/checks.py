"""How often the checks against the case are right: `python -m benchmarks.checks [folder]`.

Reads the rated replies of rubrics/corpus, or of another folder with the same three files. The cases
where `sum(case_id.encode()) % 5` is 0, a fifth, were set aside while the checks were written: the
table is for those alone, or with `--developed` for the others.

- A `proves` is right when the reply was rated as having that kind. It is exact when the words that
  the rater quoted for it stand in that very sentence; a rater quotes one place, though a reply may
  have several.
- A `clears` is right when no words quoted for that kind stand in the sentence. Most sentences are
  clean, so nearly every `clears` would be; what counts is how many there are, and any that is
  wrong.
- Covered are the rated violations that some sentence of their reply proves.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rubrics.checks import check
from rubrics.grade import KINDS, Case, Span
from rubrics.sentences import split

CORPUS = Path(__file__).parent.parent / "rubrics" / "corpus"
ONE_IN = 5
"""One case in so many was set aside."""


@dataclass(frozen=True)
class Rated:
    """A reply, its case, and by kind the words that a rater quoted as showing a violation."""

    reply: str
    case: Case
    shown: Mapping[str, str]
    """By each kind that was found; an empty text where nothing was quoted."""


def main() -> None:
    """Print the table, as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=CORPUS)
    parser.add_argument("--developed", action="store_true", help="the cases not set aside")
    asked = parser.parse_args()
    print(table(tally(read(asked.folder, set_aside=not asked.developed))))


def is_set_aside(case_id: str) -> bool:
    """Return whether a case was kept from whoever wrote the checks."""
    return sum(case_id.encode()) % ONE_IN == 0


def read(folder: Path, *, set_aside: bool) -> Iterator[Rated]:
    """Yield the rated replies of `folder` to the cases that were set aside, or to the others."""
    cases = {row["id"]: Case.from_mapping(row) for row in _rows(folder / "cases.jsonl")}
    ratings = {row["id"]: row for row in _rows(folder / "ratings.jsonl")}
    for row in _rows(folder / "replies.jsonl"):
        if row["id"] in ratings and is_set_aside(row["case"]) == set_aside:
            rating = ratings[row["id"]]
            shown = {kind: rating["evidence"].get(kind, "") for kind in rating["violations"]}
            yield Rated(row["reply"], cases[row["case"]], shown)


def tally(replies: Iterable[Rated]) -> Counter[tuple[str, str]]:
    """Count, by kind: `rated`, `covered`, and `proves`, `clears` with ` right` and ` exact`."""
    counts: Counter[tuple[str, str]] = Counter()
    for rated in replies:
        counts.update(_counted(rated))
    return counts


def table(counts: Mapping[tuple[str, str], int]) -> str:
    """Return a Markdown table, a row for each kind."""
    head = ("kind", "proves", "right", "exact", "rated", "covered", "clears", "right")
    lines = [_row(head), _row(["---"] * len(head))]
    return "\n".join([*lines, *(_row(_cells(kind, counts)) for kind in KINDS)])


def _counted(rated: Rated) -> Iterator[tuple[str, str]]:
    sentences = split(rated.reply)
    found = check([sentence.text for sentence in sentences], rated.case)
    proved = {kind for (_, kind), finding in found.items() if finding.verdict == "proves"}
    for kind in rated.shown:
        yield kind, "rated"
        if kind in proved:
            yield kind, "covered"
    for (place, kind), finding in found.items():
        quoted = _quoted(rated, kind, sentences[place])
        yield kind, finding.verdict
        if kind in rated.shown if finding.verdict == "proves" else not quoted:
            yield kind, f"{finding.verdict} right"
        if quoted:
            yield kind, f"{finding.verdict} exact"


def _quoted(rated: Rated, kind: str, sentence: Span) -> bool:
    """Return whether words quoted for `kind` stand in the sentence, be it in part."""
    words = rated.shown.get(kind)
    start = rated.reply.find(words) if words else -1
    return (
        bool(words) and start >= 0 and start < sentence.end and sentence.start < start + len(words)
    )


def _cells(kind: str, counts: Mapping[tuple[str, str], int]) -> Iterator[str]:
    yield kind
    yield str(counts.get((kind, "proves"), 0))
    yield _share(counts, kind, "proves right", "proves")
    yield _share(counts, kind, "proves exact", "proves")
    yield str(counts.get((kind, "rated"), 0))
    yield _share(counts, kind, "covered", "rated")
    yield str(counts.get((kind, "clears"), 0))
    yield _share(counts, kind, "clears right", "clears")


def _share(counts: Mapping[tuple[str, str], int], kind: str, part: str, whole: str) -> str:
    all_of_them = counts.get((kind, whole), 0)
    return f"{counts.get((kind, part), 0) / all_of_them:.2f}" if all_of_them else ""


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _rows(path: Path) -> Sequence[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


if __name__ == "__main__":
    main()
