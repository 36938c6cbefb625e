"""Events into rows in memory, and the rows into a copy with COPY."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Any

from pydantic import TypeAdapter

from services.kit.read_model import ReadModel
from services.kit.rebuild.heeded import heeded
from services.kit.record import Recorded
from services.kit.tenancy import TenantId, Tx

Model = ReadModel[Any, Any]
Rows = dict[str, Any]
"""{key: row}, None for a row that is no longer there"""


class Fold:
    """The rows of several read models, all tenants'. Events must come in order within each stream."""

    def __init__(self, models: Sequence[Model], kinds: Iterable[type]) -> None:
        self.models = models
        kinds = list(kinds)
        self._heeds = {model.name: heeded(model, kinds) for model in models}
        self._rows: dict[str, dict[TenantId, Rows]] = {model.name: {} for model in models}
        self.kinds = frozenset[type]().union(*self._heeds.values())
        """The event classes that at least one of them may heed."""

    def take(self, model: Model, tenant: TenantId, events: Sequence[Recorded[Any]]) -> None:
        """One tenant's events into its rows of one read model."""
        kinds = self._heeds[model.name]
        rows = self._rows[model.name].setdefault(tenant, {})
        model.fold_into(rows, (recorded for recorded in events if type(recorded.event) in kinds))

    async def copy_into(self, connection: Tx, schema: str) -> int:
        """Every row into the tables of that schema; how many there were. The rows are let go."""
        count = 0
        for model in self.models:
            rows = self._rows[model.name]
            records = _records(model, rows, await _json_columns(connection, schema, model))
            columns = ["tenant", *model.columns]
            done = await connection.copy_records_to_table(
                model.table, schema_name=schema, columns=columns, records=records
            )
            count += int(done.rpartition(" ")[2])
            rows.clear()
        return count


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
