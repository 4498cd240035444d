"""What the grader gets wrong in the cases kept aside: `python -m benchmarks.wrong`, as Markdown.

Draws from levels two or more apart, violations missed, and violations found for nothing.
"""

from __future__ import annotations

import random
import sys

from rubrics import network, train
from rubrics.bars import Bars, Judgement, level, load_bars
from rubrics.encoder import MiniLM
from rubrics.grade import CRITERIA, KINDS
from rubrics.train import Example

DRAWN = (8, 7, 5)
"""Levels, missed and false ones."""
SHORT, MOST_SHOWN = 330, 230
"""Characters of the replies that are drawn from, and of what is shown."""

Error = tuple[Example, str]


def levels_wrong(example: Example, judged: Judgement, bars: Bars) -> list[Error]:
    """Return the criteria that are two or more levels apart."""
    given = [level(score, bars.cuts) for score in judged.expected.tolist()]
    return [
        (example, f"{name.replace('_', ' ')} {ours}, raters {theirs}")
        for name, ours, theirs in zip(CRITERIA, given, example.levels, strict=True)
        if abs(ours - theirs) >= 2
    ]


def shown(example: Example) -> str:
    """Return a reply on one line, cut short, that a table can hold."""
    text = " ".join(example.reply.replace("|", "/").split())
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN].rsplit(' ', 1)[0]} …"


def main() -> None:
    """Print the table; how many errors there are goes to stderr."""
    net, bars, chance = network.load(MiniLM()), load_bars(), random.Random(1)
    _, aside = train.apart(train.examples(train.CORPUS, net), 0)
    wrong: list[Error] = []
    missed: list[Error] = []
    false: list[Error] = []
    for example, judged in zip(aside, train.judge(net, aside), strict=True):
        said = {k for k, over in zip(KINDS, judged.harms >= bars.harms, strict=True) if over}
        wrong += levels_wrong(example, judged, bars)
        missed += [(example, f"{kind} not found") for kind in sorted(example.violations - said)]
        raters = ", ".join(sorted(example.violations)) or "nothing"
        false += [
            (example, f"{k} found, raters {raters}") for k in sorted(said - example.violations)
        ]
    print(f"of {len(aside)}: {len(wrong)}, {len(missed)}, {len(false)}", file=sys.stderr)
    print("| reply | what is wrong |\n|---|---|")
    for errors, count in zip((wrong, missed, false), DRAWN, strict=True):
        short = [error for error in errors if len(error[0].reply) < SHORT]
        for example, what in chance.sample(short, count):
            print(f"| {shown(example)} | {what} |")


if __name__ == "__main__":
    main()
