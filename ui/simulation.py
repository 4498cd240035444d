"""The table of `calmline simulate`: how scripted trainees end, by scenario."""

from __future__ import annotations

from collections import Counter
from statistics import mean

from bot.judge import load_judge
from bot.shelf import Shelf, data_folder
from bot.trainees import PROFILES, Run, play
from scenarios.reader import Library


def rows(library: Library, seeds: int) -> list[dict[str, str]]:
    """Return a row for each scenario and profile, over seeds 0 to `seeds` - 1."""
    shelf = Shelf(data_folder(), library)
    judge = load_judge(shelf)
    found = []
    for name, scenario in library.scenarios.items():
        pins = shelf.pins(name)
        for profile in PROFILES:
            runs = [play(scenario, pins, judge, profile, seed) for seed in range(seeds)]
            found.append(_row(name, profile, runs, len(scenario.concerns)))
    return found


def to_markdown(found: list[dict[str, str]]) -> str:
    """Return the rows as a Markdown table."""
    heads = list(found[0])
    lines = [heads, ["---"] * len(heads), *(list(row.values()) for row in found)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _row(name: str, profile: str, runs: list[Run], concerns: int) -> dict[str, str]:
    endings = Counter(run.ending for run in runs)
    last = [run.steps[-1].mood for run in runs]
    return {
        "scenario": name,
        "trainee": profile,
        "ends": ", ".join(f"{kind.replace('_', ' ')} {n}" for kind, n in endings.most_common()),
        "concerns met": f"{mean(len(run.met) for run in runs):.1f} of {concerns}",
        "replies": f"{mean(len(run.steps) for run in runs):.1f}",
        "levels (of 9)": f"{mean(run.mean_total for run in runs):.1f}",
        "anxiety": f"{mean(mood.anxiety for mood in last):.2f}",
        "anger": f"{mean(mood.anger for mood in last):.2f}",
        "trust": f"{mean(mood.trust for mood in last):.2f}",
    }
