"""A read model is a pure fold into rows. This module loads the rows a batch touches, folds in memory and writes them back.

Because the fold is pure and the writing is here, the same read model can be followed live, tested without a database, or rebuilt
beside itself.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any, Generic, TypeVar, get_type_hints

from pydantic import TypeAdapter

from services.kit.record import Recorded, Recovered
from services.kit.sql import queries
from services.kit.tenancy import TenantId, Tx

R = TypeVar("R")
E = TypeVar("E")

SQL = queries("read_model")


@dataclass(frozen=True, kw_only=True)
class ReadModel(Generic[R, E]):
    """One read model.

    `name` is permanent; a changed fold is a new `version`. `row` is a frozen dataclass whose fields are the columns of `table`
    apart from `tenant`; `key` is the column that, with the tenant, is its primary key. `evolve` must give the same row for every
    interleaving of different streams.
    """

    name: str
    version: int
    table: str
    key: str
    row: type[R]
    key_of: Callable[[Recorded[E]], str | None]
    evolve: Callable[[R | None, Recorded[E]], R | None]

    @property
    def checkpoint(self) -> str:
        """The permanent name of this version's place in the log."""
        return f"{self.name}.v{self.version}"

    @cached_property
    def columns(self) -> tuple[str, ...]:
        return tuple(field.name for field in fields(self.row))  # type: ignore[arg-type]

    @cached_property
    def types(self) -> dict[str, Any]:
        """The type of each column's value."""
        return get_type_hints(self.row, include_extras=True)

    def in_schema(self, schema: str) -> "ReadModel[R, E]":
        """The same read model over a table of the same name in another schema."""
        return replace(self, table=f"{schema}.{self.table}")

    @cached_property
    def _adapter(self) -> TypeAdapter[R]:
        return TypeAdapter(self.row)

    @cached_property
    def _statements(self) -> dict[str, str]:
        """The three statements of this table. Its names come from the code, never from data."""
        changed = [column for column in self.columns if column != self.key]
        names = {
            "table": self.table,
            "key": self.key,
            "columns": ", ".join(self.columns),
            "changes": ", ".join(f"{column} = excluded.{column}" for column in changed),
        }
        return {name: text.format_map(names) for name, text in SQL.items()}

    def touches(self, recorded: Recorded[E]) -> str | None:
        """The key of the row this event touches; None when it is not heeded, or lost with the end of a log."""
        return None if isinstance(recorded.event, Recovered) else self.key_of(recorded)

    def fold(self, rows: dict[str, R | None], events: Iterable[Recorded[E]]) -> dict[str, R | None]:
        """The rows after the events; None for a row that is no longer there. `rows` is not changed."""
        after = dict(rows)
        self.fold_into(after, events)
        return after

    def fold_into(self, rows: dict[str, R | None], events: Iterable[Recorded[E]]) -> None:
        """As `fold`, but `rows` is changed: for rows too many to be copied for each batch."""
        for recorded in events:
            key = self.touches(recorded)
            if key is not None:
                rows[key] = self.evolve(rows.get(key), recorded)

    async def apply(self, tx: Tx, tenant: TenantId, events: Sequence[Recorded[E]]) -> None:
        """Fold one tenant's events into its rows, inside the caller's transaction."""
        keys = {key for recorded in events if (key := self.touches(recorded)) is not None}
        if not keys:
            return
        found = await tx.fetch(self._statements["load"], tenant, list(keys))
        before: dict[str, R | None] = {record[self.key]: self.read(record) for record in found}
        after = self.fold(before, events)
        gone = [key for key, row in after.items() if row is None and before.get(key) is not None]
        kept = [
            self._adapter.dump_python(row, mode="json")
            for key, row in after.items()
            if row is not None and row != before.get(key)
        ]
        if gone:
            await tx.execute(self._statements["remove"], tenant, gone)
        if kept:
            await tx.execute(self._statements["upsert"], tenant, kept)

    def read(self, record: Any) -> R:
        """A row from a database record that holds at least this read model's columns."""
        return self._adapter.validate_python({column: record[column] for column in self.columns})


def by_tenant(events: Iterable[Recorded[E]]) -> dict[TenantId, list[Recorded[E]]]:
    """The events of each tenant, in the order given."""
    grouped: dict[TenantId, list[Recorded[E]]] = {}
    for recorded in events:
        grouped.setdefault(recorded.tenant, []).append(recorded)
    return grouped
