"""`calmline calibrate`: draw a batch, rate it in the terminal, report, fit and forget."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from bot.calibrating import Calibrating, Report
    from rubrics.agreement import Kappa
    from rubrics.model import Rubric
    from rubrics.ratings import Item, Rating

app = typer.Typer(
    help="See how well the grader agrees with your own raters, and fit its thresholds to them.",
    no_args_is_help=True,
)
out = Console()
err = Console(stderr=True)

Folder = Annotated[
    Path | None, typer.Option(help="Where batch and ratings lie; else in the data folder.")
]


def _told(command: Callable[..., None]) -> Callable[..., None]:
    """Say in one line what a person can mend, instead of a traceback."""

    @wraps(command)
    def told(*args: Any, **values: Any) -> None:
        from bot.room import UserError

        try:
            command(*args, **values)
        except UserError as wrong:
            err.print(f"calmline: {wrong}", markup=False, highlight=False, soft_wrap=True)
            raise typer.Exit(1) from None

    return told


@app.command()
@_told
def new(
    replies: Annotated[
        Path | None, typer.Option("--from", help="JSONL, one reply a line.", dir_okay=False)
    ] = None,
    cases: Annotated[
        Path | None, typer.Option(help="JSONL, one case a line.", dir_okay=False)
    ] = None,
    count: Annotated[int, typer.Option(help="Replies to draw.", min=1)] = 60,
    seed: Annotated[int, typer.Option(help="The same seed draws the same batch.")] = 0,
    shipped: Annotated[
        bool, typer.Option(help="Draw from the replies that the grader learned from.")
    ] = False,
    folder: Folder = None,
) -> None:
    """Draw a batch to rate, spread over the grader's levels and violations."""
    from tqdm import tqdm

    from bot.calibrating import CORPUS
    from bot.room import UserError
    from ui import text

    if shipped:
        cases, replies = CORPUS / "cases.jsonl", CORPUS / "replies.jsonl"
    if cases is None or replies is None:
        raise UserError("give --from and --cases (the files that `calmline grade` takes)")
    for path in (cases, replies):
        if not path.is_file():
            raise UserError(f"{path} is not a file; give one of lines of JSON")
    with tqdm(unit=" replies", disable=None, desc="grading") as bar:
        drawn = _kit(folder).new(
            cases, replies, count=count, seed=seed, learned=shipped, progress=lambda: bar.update()
        )
    for message in drawn.skipped:
        err.print(message, markup=False, highlight=False, soft_wrap=True)
    _say(
        f"{len(drawn.items)} {'reply' if len(drawn.items) == 1 else 'replies'} drawn; the grader "
        "puts them at levels 0/1/2/3:"
    )
    for name, counts in drawn.levels.items():
        _say(f"  {text.CRITERION[name]}: {'/'.join(map(str, counts))}")
    if len(drawn.items) < count:
        _say(f"There were no more than {len(drawn.items)} different replies that can be graded.")
    if shipped:
        _say(text.LEARNED.format(learned=len(drawn.items), n=len(drawn.items)))
    _say("Rate them on the Calibrate page, or with `calmline calibrate rate --rater NAME`.")


@app.command()
@_told
def rate(
    rater: Annotated[str, typer.Option(help="Your name; the same name goes on where it left.")],
    folder: Folder = None,
) -> None:
    """Rate the batch blind, one reply at a time; q leaves, and the same name goes on later."""
    from ui import text

    kit = _kit(folder)
    batch, rated = kit.batch(), kit.ratings_of(rater)
    for number, item in enumerate(batch, 1):
        if item.id in rated:
            continue
        _show(item, number, len(batch))
        rating = _ask(item, kit.rubric.rubric)
        if rating is None:
            break
        kit.rate(rater, rating)
    done = len(kit.ratings_of(rater))
    _say(f"{done} of {len(batch)} rated by {rater}.")
    if done == len(batch):
        _say("See how you agree: calmline calibrate report")
        if any(item.learned for item in batch):
            _say(text.LEARNED.format(learned=sum(i.learned for i in batch), n=len(batch)))


@app.command()
@_told
def report(
    folder: Folder = None,
    now: Annotated[
        bool, typer.Option("--now", help="Show where you are apart before all have finished.")
    ] = False,
) -> None:
    """Show how the raters agree with each other and with the grader, and where they don't."""
    from ui import text

    found = _kit(folder).report()
    _say(text.badge(found.standing).capitalize())
    _say(", ".join(f"{name}: {n} of {len(found.items)}" for name, n in found.rated.items()))
    for warning in text.warnings(found):
        _say(warning)
    out.print(_kappas(found))
    _say(text.SPREAD)
    _violations(found)
    if found.unfinished and not now:
        left = ", ".join(f"{name} has {n} left" for name, n in found.unfinished.items())
        _say(f"Where you are apart is shown when all have finished ({left}), or with --now.")
        return
    _apart(found)


@app.command()
@_told
def fit(folder: Folder = None) -> None:
    """Fit the thresholds to your raters, and use them here if that holds out."""
    from ui import text

    fitted = _kit(folder).fit()
    table = Table("criterion", "shipped", "refitted, held out", "thresholds")
    for name, before in fitted.refit.before.items():
        moved = name in fitted.refit.moved
        cuts = ", ".join(f"{cut:.2f}" for cut in fitted.refit.cuts[name])
        after = _two(fitted.refit.after[name])
        table.add_row(text.CRITERION[name], _two(before), after, cuts if moved else "as shipped")
    out.print(table)
    names = ", ".join(text.CRITERION[name] for name in fitted.refit.moved)
    _say(text.FITTED.format(names=names) if fitted.calibration else text.NOT_FITTED)


@app.command()
@_told
def forget(
    folder: Folder = None,
    everything: Annotated[
        bool, typer.Option("--everything", help="Remove the batch and all ratings, too.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
) -> None:
    """Go back to the shipped thresholds; the ratings are kept unless you say otherwise."""
    from ui import text

    if everything and not yes:
        typer.confirm("Remove the batch and everybody's ratings for good?", abort=True)
    there = _kit(folder).forget(everything=everything)
    if not there:
        _say("There was nothing to forget: the shipped thresholds are in use.")
    else:
        _say("Batch, ratings and thresholds are removed." if everything else text.FORGOTTEN)


def _kit(folder: Path | None) -> Calibrating:
    from bot.calibrating import Calibrating
    from bot.shelf import calibration_folder, data_folder
    from rubrics.model import load_rubric

    return Calibrating(folder or calibration_folder(data_folder()), load_rubric(), _grader)


def _grader() -> Any:
    """Return the grader as shipped; asked for only when there is something to grade."""
    from rubrics.grader import load_grader

    return load_grader()


def _show(item: Item, number: int, count: int) -> None:
    out.rule(f"{number} of {count}", align="left")
    case = item.case
    told = {
        "Case": (" · ".join(filter(None, (case.sector, case.country, case.channel))),),
        "What leaked": case.exposed_data,
        "Confirmed": case.confirmed,
        "Not known yet": case.unknown,
        "May be offered": case.approved_offers,
        "Must not be said": case.must_not_say,
        "Who is who": case.verification,
        "Next update": (case.next_update,),
        "Customer": (item.customer,),
        "Reply": (item.reply,),
    }
    for name, texts in told.items():
        if any(texts):
            _say(f"{name}: {'; '.join(texts)}")


def _ask(item: Item, rubric: Rubric) -> Rating | None:
    """Return the rating, or None when the rater leaves."""
    from rubrics.grade import CRITERIA
    from rubrics.ratings import Rating
    from ui import text

    levels = {}
    for name in CRITERIA:
        criterion = rubric.criteria[name]
        _say(f"{text.CRITERION[name]}: {criterion.asks}")
        for level, says in enumerate(criterion.levels):
            _say(f"  {level}  {says}")
        found = _until("level 0 to 3, q leaves> ", _level)
        if found is None:
            return None
        levels[name] = found
    _say(text.KINDS_LABEL.replace("Tick", "Name"))
    for kind, harm in rubric.violations.items():
        _say(f"  {kind}  {harm.means}")
    kinds = _until("names with spaces between, or nothing> ", _kinds)
    if kinds is None:
        return None
    words = _until(f"{text.WORDS_LABEL.lower()}> ", _words)
    return None if words is None else Rating(item.id, levels, kinds, words)


def _until(prompt: str, read: Callable[[str], Any]) -> Any:
    """Ask until `read` takes the answer; None when it is q, or there is nobody to answer."""
    while True:
        try:
            said = input(prompt).strip()
        except (EOFError, KeyboardInterrupt):
            return None
        if said.lower() == "q":
            return None
        try:
            return read(said)
        except ValueError as wrong:
            _say(f"  {wrong}")


def _level(said: str) -> int:
    if said not in ("0", "1", "2", "3"):
        raise ValueError(f"{said!r} is no level; type 0, 1, 2 or 3")
    return int(said)


def _kinds(said: str) -> tuple[str, ...]:
    from rubrics.grade import KINDS

    named = tuple(dict.fromkeys(said.replace(",", " ").lower().split()))
    odd = [kind for kind in named if kind not in KINDS]
    if odd:
        raise ValueError(f"{', '.join(odd)}: unknown; choose from {', '.join(KINDS)}")
    return named


def _words(said: str) -> str:
    from rubrics.ratings import MOST_WORDS

    if len(said) > MOST_WORDS:
        raise ValueError(f"{len(said)} characters; use up to {MOST_WORDS}")
    return said


def _kappas(found: Report) -> Table:
    from ui import text

    table = Table("weighted kappa (90% interval, replies)", "rater with rater", "with Calmline")
    for name, label in text.CRITERION.items():
        people = found.agreement.people.get(name)
        told = _kappa(people) if people else "one rater"
        table.add_row(label, told, _kappa(found.agreement.calmline[name]))
    return table


def _kappa(kappa: Kappa) -> str:
    if kappa.value is None:
        return f"can't be told from {kappa.n}"
    return f"{_two(kappa.value)} ({_two(kappa.low)} to {_two(kappa.high)}, {kappa.n})"


def _violations(found: Report) -> None:
    from ui import text

    total = found.agreement.violations
    _say(
        f"Violations: precision {_two(total.precision)}, recall {_two(total.recall)} "
        f"(both {total.hit}, Calmline {total.found}, most raters {total.true})"
    )
    for kind, one in found.agreement.by_kind.items():
        _say(f"  {text.VIOLATION[kind]}: both {one.hit}, Calmline {one.found}, raters {one.true}")


def _apart(found: Report) -> None:
    from ui import text

    if not found.disagreements:
        _say(text.NONE_APART)
    for apart in found.disagreements:
        item = found.items[apart.reply]
        levels = {level.criterion: level for level in found.grades[apart.reply].levels}
        level = levels[apart.criterion]
        people = ", ".join(map(str, apart.people))
        out.rule(apart.reply, align="left")
        _say(f"{text.CRITERION[apart.criterion]}: raters {people}, Calmline {apart.calmline}")
        _say(f"Customer: {item.customer}")
        _say(f"Reply: {item.reply}")
        quoted = ", ".join(f"“{span.text}”" for span in level.evidence)
        _say(f"Calmline: {level.reason}{f' It reads: {quoted}' if quoted else ''}")


def _two(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def _say(words: str) -> None:
    out.print(words, markup=False, highlight=False, soft_wrap=True)
