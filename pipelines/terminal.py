"""What the commands share: where they print, how they fail, which home they mean.

What belongs here: that. What does not: any command (cli.py, releasing.py).
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console

from copydesk.home import HOME_VARIABLE, Home, HomeError

out = Console()
err = Console(stderr=True)

BAD_ARGUMENT = 2
FAILED = 1
INTERRUPTED = 130

HomeOption = Annotated[
    Path | None,
    typer.Option(
        "--home",
        help=f"Where all state lives. Default: ${HOME_VARIABLE}, else ./data.",
        show_default=False,
        file_okay=False,
    ),
]


def fail(message: str, hint: str = "", code: int = FAILED) -> NoReturn:
    """End with a message that says what went wrong and, below it, what to do."""
    err.print(f"[bold red]error[/] {message}", highlight=False, soft_wrap=True)
    if hint:
        err.print(f"[dim]{hint}[/]", highlight=False, soft_wrap=True)
    raise typer.Exit(code)


def home_of(context: typer.Context, option: Path | None) -> Home:
    """The home named after the command, else before it, else by the environment."""
    try:
        return Home.resolve(option or context.obj)
    except HomeError as error:
        fail(str(error), code=BAD_ARGUMENT)


def require_release(home: Home) -> None:
    """End with a message unless there is a release."""
    from copydesk import manifests

    if manifests.head(home.published) is None:
        fail(
            f"there is no release in {home.published}",
            "`copydesk build PATH...` makes one; --home names another home",
        )
