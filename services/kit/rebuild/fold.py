"""Events into rows in memory, and the rows into a copy with COPY."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Any

from pydantic import TypeAdapter

from services.kit.read_model import ReadModel
from services.kit.rebuild.heeded import heeded
from services.kit.tenancy import TenantId, Tx

Model = ReadModel[Any, Any]
Rows = dict[str, Any]
"""{key: row}, None for a row that is no longer there"""
Due = Callable[[Model, list[Any]], list[Any]]
"""Which of these events a read model is to have."""


class Fold:
    """The rows of several read models, all tenants'. Events must come in order within each stream."""

    def __init__(self, models: Sequence[Model], kinds: Iterable[type]) -> None:
        self.models = models
        self._rows: dict[str, dict[TenantId, Rows]] = {model.name: {} for model in models}
        self._heeding: dict[type, list[int]] = {}
        kinds = list(kinds)
        for place, model in enumerate(models):
            for kind in heeded(model, kinds):
                self._heeding.setdefault(kind, []).append(place)

    @property
    def kinds(self) -> frozenset[type]:
        """The event classes that at least one of them may heed."""
        return frozenset(self._heeding)

    def take(self, tenant: TenantId, events: Iterable[Any], due: Due | None = None) -> None:
        """One tenant's events into its rows: each to those who heed it."""
        shares: list[list[Any]] = [[] for _ in self.models]
        give = {kind: [shares[place].append for place in places] for kind, places in self._heeding.items()}
        for recorded in events:
            for to in give.get(type(recorded.event), ()):
                to(recorded)
        for model, share in zip(self.models, shares, strict=True):
            if share:
                rows = self._rows[model.name].setdefault(tenant, {})
                model.fold_into(rows, due(model, share) if due else share)

    async def copy_into(self, connection: Tx, schema: str) -> None:
        """Every row into the tables of that schema."""
        for model in self.models:
            records = _records(model, self._rows[model.name], await _json_columns(connection, schema, model))
            columns = ["tenant", *model.columns]
            await connection.copy_records_to_table(model.table, schema_name=schema, columns=columns, records=records)


def _records(
    model: Model, rows: Mapping[TenantId, Rows], dumps: Mapping[str, Callable[[Any], Any]]
) -> Iterator[tuple[Any, ...]]:
    values = attrgetter(*model.columns) if len(model.columns) > 1 else lambda row: (getattr(row, model.columns[0]),)
    places = [(place, dumps[column]) for place, column in enumerate(model.columns, start=1) if column in dumps]
    for tenant, mine in rows.items():
        for row in filter(None, mine.values()):
            record = [tenant, *values(row)]
            for place, dump in places:
                record[place] = dump(record[place])
            yield tuple(record)


async def _json_columns(connection: Tx, schema: str, model: Model) -> dict[str, Callable[[Any], Any]]:
    """How the value of each jsonb column becomes JSON: as the live read model writes it."""
    found = await connection.fetch(
        "select attname from pg_attribute a join pg_class c on c.oid = a.attrelid"
        " join pg_namespace n on n.oid = c.relnamespace"
        " where n.nspname = $1 and c.relname = $2 and a.atttypid = 'jsonb'::regtype and not a.attisdropped",
        schema,
        model.table,
    )
    types = model.types
    return {column: _dump(types[column]) for row in found if (column := row["attname"]) in types}


def _dump(kind: Any) -> Callable[[Any], Any]:
    adapter = TypeAdapter(kind)

    def dump(value: Any) -> Any:
        # An SQL null, not JSON's: the live read model writes a row as a whole, where the two are the same.
        return None if value is None else adapter.dump_python(value, mode="json")

    return dump
