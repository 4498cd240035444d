"""Grades a file of replies, beside the raw encoder on the same sentences in the same run.

    python -m benchmarks.bulk            1,000 replies of the corpus: throughput, start and memory
    python -m benchmarks.bulk 100000     as many, killed twice and gone on with: memory, and losses

Prints JSON. Ratios are the grader's share of the raw encoder's throughput: the machines are noisy.
"""

from __future__ import annotations

import itertools
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil

CORPUS = Path(__file__).parents[1] / "rubrics" / "corpus"
COUNT, ROUNDS = 1000, 3
KILLS = 2
WATCH = 2.0
"""Seconds between two looks at the memory."""

START = """
import time; began = time.perf_counter()
{code}
print(time.perf_counter() - began)
"""
ENCODE_ONE = "from rubrics.encoder import MiniLM; MiniLM().encode(['Calm down.'])"
GRADE_ONE = (
    "from rubrics.grader import load_grader; from rubrics.grade import Case; "
    "load_grader().grade('Calm down.', said='', case=Case())"
)


def replies(count: int) -> Iterator[dict[str, Any]]:
    """Yield `count` replies of the corpus, over and over, each with an id of its own."""
    rows = (CORPUS / "replies.jsonl").read_text(encoding="utf-8").splitlines()
    for number, row in enumerate(itertools.islice(itertools.cycle(rows), count)):
        yield {**json.loads(row), "id": f"r{number}"}


def throughput(count: int) -> dict[str, Any]:
    """Return replies a second, by the grader and by the raw encoder, and the ratio."""
    from rubrics.encoder import MiniLM
    from rubrics.grade import Asked, Case
    from rubrics.grader import load_grader
    from rubrics.sentences import split

    rows = list(replies(count))
    sentences = [[span.text for span in split(row["reply"])] for row in rows]
    asked = [Asked(row["reply"], row["customer"], Case()) for row in rows]
    grader, found = load_grader(), []
    for _ in range(ROUNDS):
        encoder = MiniLM()
        raw = _seconds(lambda e=encoder: e.encode([s for of in sentences for s in of]))
        graded = _seconds(lambda: grader.grade_all(asked))
        found.append((count / graded, count / raw, raw / graded))
    middle = sorted(found, key=lambda figures: figures[2])[ROUNDS // 2]
    names = ("graded_per_second", "encoded_per_second", "ratio")
    return dict(zip(names, (round(value, 2) for value in middle), strict=True))


def start() -> dict[str, float]:
    """Return the seconds to the first grade and to the first vector, each in a new process."""
    found = {}
    for name, code in (("first_vector", ENCODE_ONE), ("first_grade", GRADE_ONE)):
        run = [sys.executable, "-c", START.format(code=code)]
        found[name] = min(float(subprocess.check_output(run).split()[-1]) for _ in range(ROUNDS))
    return {name: round(seconds, 1) for name, seconds in found.items()}


def whole_file(count: int) -> dict[str, Any]:
    """Grade a file of `count` replies, killed KILLS times; return memory and what was lost."""
    with tempfile.TemporaryDirectory() as folder:
        file, out = Path(folder) / "replies.jsonl", Path(folder) / "grades.jsonl"
        with file.open("w", encoding="utf-8") as lines:
            lines.writelines(json.dumps(row) + "\n" for row in replies(count))
        began, memory = time.perf_counter(), []
        for part in range(1, KILLS + 2):
            enough = count if part > KILLS else count * part // (KILLS + 1)
            memory.append(_grade_until(file, out, enough))
        ids = [json.loads(line)["id"] for line in out.open(encoding="utf-8")]
        return {
            "replies": count,
            "seconds": round(time.perf_counter() - began),
            "memory_mb_by_part": memory,
            "lost": count - len(set(ids)),
            "doubled": len(ids) - len(set(ids)),
        }


def _grade_until(file: Path, out: Path, enough: int) -> dict[str, int]:
    """Grade until `out` holds `enough` lines, then kill; return memory at the start and at most."""
    run = ["calmline", "grade", "--cases", str(CORPUS / "cases.jsonl")]
    run += ["--replies", str(file), "--out", str(out)]
    process = subprocess.Popen(
        [str(Path(sys.executable).with_name("calmline")), *run[1:]],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    seen: list[int] = []
    while process.poll() is None:
        time.sleep(WATCH)
        if out.exists() and out.stat().st_size and process.poll() is None:
            seen.append(psutil.Process(process.pid).memory_info().rss // 2**20)
        if _lines(out) >= enough and process.poll() is None and enough < _lines(file):
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
    tenth = seen[: max(1, len(seen) // 10)]
    return {"first_tenth": max(tenth, default=0), "most": max(seen, default=0)}


def _lines(path: Path) -> int:
    if not path.exists():
        return 0
    with path.open("rb") as file:
        return sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(2**20), b""))


def _seconds(work: Any) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def main() -> None:
    """Print the figures."""
    if len(sys.argv) > 1:
        print(json.dumps(whole_file(int(sys.argv[1])), indent=1))
        return
    print(json.dumps({**throughput(COUNT), **start()}, indent=1))


if __name__ == "__main__":
    main()
