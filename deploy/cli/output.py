"""What the command line says: results on standard output, everything else on standard error, one line for an error."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.status import Status
from rich.table import Column, Table

from deploy.local.accounts import DEMO_PASSWORD, Account, read_accounts
from deploy.local.errors import StackError
from deploy.local.home import Home
from deploy.local.identity import users_file

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def fail(problem: StackError) -> None:
    """An error as one line, and below it the last lines of the log that explains it."""
    err.print(f"[bold red]error:[/] {escape(' '.join(str(problem).split()))}")
    if problem.detail:
        err.print(f"[dim]{escape(problem.detail)}[/]")


class Steps:
    """Each step of a start with the time it took."""

    _shown: Status | None = None

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        begun = time.monotonic()
        try:
            with err.status(title) as self._shown:
                yield
        except BaseException:
            err.print(f"[red]✗[/] {title}")
            raise
        done(title, time.monotonic() - begun)

    def now(self, title: str) -> None:
        if self._shown is not None:
            self._shown.update(title)


def done(title: str, seconds: float) -> None:
    err.print(f"[green]✓[/] {escape(title)} [dim]{seconds:.1f} s[/]")


@contextmanager
def bar(title: str, total: int | None = None) -> Iterator[Callable[..., None]]:
    """A progress bar with the time left; yields its `update`, which takes `advance`, `completed` and `total`."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True) as drawn:
        yield partial(drawn.update, drawn.add_task(title, total=total))


def announce(home: Home, *, attached: bool) -> None:
    """Where the portal is and who may sign in."""
    state = home.read_state()
    out.print(f"\n[bold]Portal[/]    {state['addresses'].get('portal', 'not running')}")
    out.print(f"[bold]Identity[/]  {state['addresses']['identity']}\n")
    show_accounts(home, read_accounts(users_file(home)))
    out.print("\nCtrl-C stops everything." if attached else "\n`perinatal status` shows it, `perinatal down` stops it.")


def show_accounts(home: Home, accounts: Sequence[Account], *, reveal: bool = False) -> None:
    """The accounts as a table. Random passwords are named by their file unless they are to be shown, once, to who made them."""
    table = Table(_whole("account"), "roles", "networks", _whole("password"), box=None)
    for account in accounts:
        known = reveal or account.password == DEMO_PASSWORD
        password = account.password if known else f"in {home.root.name}/secrets/{account.username}"
        table.add_row(account.username, ", ".join(account.roles), ", ".join(account.pcns), password)
    out.print(table)


def _whole(title: str) -> Column:
    """A column whose words are never cut short, however narrow the place they are shown in."""
    return Column(title, no_wrap=True)
