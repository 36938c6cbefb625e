"""May this schema follow that one? FULL_TRANSITIVE under a tolerant reader.

Tolerant: a reader ignores fields it does not know. Full: what was written under the old schema fits the new one, and
what is written under the new one fits the old. So an event may gain optional fields, and nothing else.
"""

from collections.abc import Iterator
from typing import Any

Schema = dict[str, Any]

# Words about a value that do not bind it.
SAID = frozenset({"$schema", "title", "description", "examples"})
# Words that bind a value: any change breaks a reader on one side or the other.
BINDING = frozenset(
    {"$id", "type", "format", "pattern", "enum", "const", "default", "minimum", "maximum", "exclusiveMinimum"}
    | {"exclusiveMaximum", "minLength", "maxLength", "minItems", "maxItems", "uniqueItems", "multipleOf"}
)
# Words that hold further schemas; judged below.
NESTED = frozenset({"anyOf", "properties", "required", "items", "additionalProperties"})


def breaks(old: Schema, new: Schema) -> list[str]:
    """Each way in which `new` breaks who wrote or reads `old`, as one line that names the field. None: compatible."""
    return list(_compare("", _inlined(old, old), _inlined(new, new)))


def _inlined(part: Any, root: Schema) -> Any:
    """The schema with what it refers to written out in place."""
    if isinstance(part, list):
        return [_inlined(each, root) for each in part]
    if not isinstance(part, dict):
        return part
    rest = {word: _inlined(value, root) for word, value in part.items() if word not in ("$defs", "$ref")}
    if "$ref" in part:
        return _inlined(root["$defs"][part["$ref"].removeprefix("#/$defs/")], root) | rest
    return rest


def _compare(at: str, old: Schema, new: Schema) -> Iterator[str]:
    name = at or "the event"
    for word in sorted((old.keys() | new.keys()) - SAID - BINDING - NESTED):
        yield f"{name}: `{word}` cannot be judged; teach contracts/compatibility.py first"
    for word in sorted(BINDING & (old.keys() | new.keys())):
        if old.get(word) != new.get(word):
            yield f"{name}: {word} was {old.get(word)!r}, is {new.get(word)!r}"
    yield from _fields(at, old, new)
    yield from _alternatives(name, old, new)
    yield from _inside(at, "items", old, new)
    yield from _inside(at, "additionalProperties", old, new)


def _fields(at: str, old: Schema, new: Schema) -> Iterator[str]:
    before, after = old.get("properties", {}), new.get("properties", {})
    needed_before, needed_after = set(old.get("required", ())), set(new.get("required", ()))
    for field in sorted(before.keys() - after.keys()):
        yield f"{at}.{field}: removed or renamed"
    for field in sorted(needed_after - needed_before):
        yield f"{at}.{field}: {'made required' if field in before else 'added as required'}"
    for field in sorted((needed_before & after.keys()) - needed_after):
        yield f"{at}.{field}: made optional"
    for field in sorted(before.keys() & after.keys()):
        yield from _compare(f"{at}.{field}", before[field], after[field])


def _alternatives(name: str, old: Schema, new: Schema) -> Iterator[str]:
    before, after = old.get("anyOf", []), new.get("anyOf", [])
    if len(before) != len(after):
        yield f"{name}: had {len(before)} alternatives, has {len(after)}"
    for was, now in zip(before, after, strict=False):
        yield from _compare(name, was, now)


def _inside(at: str, word: str, old: Schema, new: Schema) -> Iterator[str]:
    was, now = old.get(word), new.get(word)
    if isinstance(was, dict) and isinstance(now, dict):
        yield from _compare(f"{at}[]", was, now)
    elif was != now:
        yield f"{at}[]: {word} was {was!r}, is {now!r}"
