"""JSON Schema 2020-12 of the public events, made from their classes."""

from typing import Any

from contracts.event import PublicEvent

DIALECT = "https://json-schema.org/draft/2020-12/schema"

Schema = dict[str, Any]


def for_readers(event: type[PublicEvent]) -> Schema:
    """The schema we promise to readers: open, for a later version may have more fields."""
    schema = event.model_json_schema(mode="validation")
    return {"$schema": DIALECT, "$id": event.dataschema(), "title": event.__name__} | opened(schema)


def for_writers(schema: Schema) -> Schema:
    """The same schema, closed: a field it does not name is a mistake in what we write."""
    return _mapped(schema, lambda part: part | {"additionalProperties": False} if "properties" in part else part)


def opened(schema: Schema) -> Schema:
    """A class's schema without what binds only the writer, and without titles that repeat a name."""
    return _mapped(schema, _without_noise)


def _without_noise(part: Schema) -> Schema:
    closed = part.get("additionalProperties") is False
    spoken_for = "properties" in part  # a class keeps its title; a field's would only repeat its name
    return {
        key: value
        for key, value in part.items()
        if not (key == "additionalProperties" and closed) and not (key == "title" and not spoken_for)
    }


def _mapped(schema: Schema, change: Any) -> Schema:
    """Apply `change` to the schema and to every schema inside it, names of properties left alone."""
    inner: Schema = {}
    for key, value in schema.items():
        if key in ("properties", "$defs"):
            inner[key] = {name: _mapped(part, change) for name, part in value.items()}
        elif key in ("anyOf", "prefixItems"):
            inner[key] = [_mapped(part, change) for part in value]
        elif key in ("items", "additionalProperties") and isinstance(value, dict):
            inner[key] = _mapped(value, change)
        else:
            inner[key] = value
    changed: Schema = change(inner)
    return changed
