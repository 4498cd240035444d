"""What the Gradio pages share: panels of safe HTML, and handlers wired so that nothing is lost."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, Protocol

import gradio as gr

from bot.room import UserError
from ui import fragments

Pointer = dict[str, Any]
Updates = dict[Any, Any]


class Outputs(Protocol):
    """A page's components."""

    @property
    def notice(self) -> Any:
        """The panel that shows what was refused."""
        ...

    @property
    def all(self) -> list[Any]:
        """Every component that a handler may change."""
        ...


def panel(fragment: str, name: str) -> Any:
    """Return a panel that shows HTML and never runs it."""
    return gr.Markdown(
        fragment, elem_id=name, sanitize_html=True, latex_delimiters=[], header_links=False
    )


def on(page: Outputs, event: Any, handler: Callable[..., Any], inputs: list[Any]) -> None:
    """Wire a handler so that what it refuses is shown as text, and nothing typed is lost."""

    async def safely(*values: Any) -> Updates:
        *given, request = values
        try:
            return await handler(*given, request)  # type: ignore[no-any-return]
        except UserError as wrong:
            return {page.notice: fragments.note(str(wrong), "wrong")}

    event(
        _with_request(safely, len(inputs)),
        inputs,
        page.all,
        api_visibility="private",
        concurrency_limit=None,
        show_progress="hidden",
        trigger_mode="once",
    )


def _with_request(call: Callable[..., Any], count: int) -> Callable[..., Any]:
    """Return `call` with a signature that Gradio fills: it finds the request by its annotation."""
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    names = [*(f"value_{number}" for number in range(count)), "request"]

    async def filled(*values: Any) -> Updates:
        return await call(*values)  # type: ignore[no-any-return]

    parameters = [inspect.Parameter(name, kind) for name in names]
    filled.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    filled.__annotations__ = {"request": gr.Request}
    return filled
