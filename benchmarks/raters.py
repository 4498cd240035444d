"""How far two raters agree where the corpus was rated twice: `python -m benchmarks.raters`.

The second rater saw neither the first one's ratings nor what the writer had in mind.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from rubrics.agreement import weighted_kappa
from rubrics.grade import CRITERIA

CORPUS = Path(__file__).parents[1] / "rubrics" / "corpus"


def ratings(name: str) -> dict[str, dict[str, Any]]:
    """Return a file's ratings by the reply's id."""
    lines = (CORPUS / name).read_text(encoding="utf-8").splitlines()
    return {row["id"]: row for row in map(json.loads, lines)}


def main() -> None:
    """Print kappa for each criterion, and how many violations both saw."""
    first, second = ratings("ratings.jsonl"), ratings("second.jsonl")
    print(f"replies rated twice: {len(second)}")
    for name in CRITERIA:
        given = [(first[reply][name], second[reply][name]) for reply in second]
        print(f"{name}: kappa {weighted_kappa(*zip(*given, strict=True)):.3f}")
    seen = [(set(first[r]["violations"]), set(second[r]["violations"])) for r in second]
    both, one = (sum(len(f(a, b)) for a, b in seen) for f in (set.intersection, set.union))
    print(f"violations seen by both: {both} of {one}")


if __name__ == "__main__":
    main()
