"""Read a hand-written YAML text field by field, and refuse a broken one by file, line and field."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import yaml

from services.kit.errors import DomainError, Kind

_INTEGER = re.compile(r"-?\d{1,9}\Z")
_NUMBER = re.compile(r"-?\d{1,9}(\.\d{1,9})?\Z")
_STRING = "tag:yaml.org,2002:str"
_BOOLEANS = {"true": True, "false": False}


class BrokenFile(DomainError):
    """This file cannot be used."""

    slug = "file-broken"
    kind = Kind.INVALID

    def __init__(self, *, file: str, line: int, field: str, why: str) -> None:
        where = f"{file}, line {line}"
        super().__init__(f"{where}, {field}: {why}" if field else f"{where}: {why}", field=field or None)
        self.file = file
        self.line = line


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A mapping in the file: `line` is where it starts (1 is the first), `path` names it from the top of the file.

    Every reading method raises BrokenFile when the field is missing or is not what was asked for.
    """

    file: str
    path: str
    line: int
    fields: Mapping[str, tuple[int, yaml.Node]]

    def broken(self, field: str, why: str) -> BrokenFile:
        """The refusal for one field, at its own line or, when it is missing, at the line of this block."""
        line = self.fields[field][0] if field in self.fields else self.line
        return BrokenFile(file=self.file, line=line, field=self._name(field), why=why)

    def only(self, *known: str) -> None:
        """Refuse a field nobody reads: it is a slip of the pen, and silence would hide it."""
        for field in self.fields:
            if field not in known:
                raise self.broken(field, f"unknown field; known here are {', '.join(known)}")

    def text(self, field: str) -> str:
        node = self._node(field)
        if not isinstance(node, yaml.ScalarNode) or node.tag != _STRING or not node.value.strip():
            raise self.broken(field, "must be text (put a number in quotes)")
        return str(node.value)

    def one_of(self, field: str, known: Sequence[str]) -> str:
        word = self.text(field)
        if word not in known:
            raise self.broken(field, f"must be one of {', '.join(known)}")
        return word

    def holds(self, field: str, word: str) -> bool:
        """Whether the field is exactly this word."""
        node = self._node(field)
        return isinstance(node, yaml.ScalarNode) and node.value == word

    def matching(self, field: str, pattern: str, why: str) -> str:
        word = self.text(field)
        if not re.fullmatch(pattern, word):
            raise self.broken(field, why)
        return word

    def integer(self, field: str) -> int:
        return int(self._plain(field, _INTEGER, "must be a whole number"))

    def number(self, field: str) -> float:
        return float(self._plain(field, _NUMBER, "must be a number"))

    def flag(self, field: str) -> bool:
        node = self._node(field)
        if not isinstance(node, yaml.ScalarNode) or node.value not in _BOOLEANS or node.tag == _STRING:
            raise self.broken(field, "must be true or false")
        return _BOOLEANS[node.value]

    def integers(self, field: str) -> tuple[int, ...]:
        """A list of whole numbers, each at most once."""
        found = [node.value if isinstance(node, yaml.ScalarNode) else "" for node in self._list(field)]
        if not all(_INTEGER.match(value) for value in found):
            raise self.broken(field, "must be a list of whole numbers")
        if len(set(found)) < len(found):
            raise self.broken(field, "names a number twice")
        return tuple(int(value) for value in found)

    def blocks(self, field: str) -> tuple["Block", ...]:
        """A list of mappings; their paths count from 1, as a person would."""
        nodes = self._list(field)
        return tuple(_block(self.file, f"{self._name(field)}[{n}]", node) for n, node in enumerate(nodes, 1))

    def block(self, field: str) -> "Block":
        """A mapping under a field; it starts where the field is named."""
        inner = _block(self.file, self._name(field), self._node(field))
        return replace(inner, line=self.fields[field][0])

    def _plain(self, field: str, pattern: re.Pattern[str], why: str) -> str:
        node = self._node(field)
        if not isinstance(node, yaml.ScalarNode) or node.tag == _STRING or not pattern.match(node.value):
            raise self.broken(field, why)
        return str(node.value)

    def _list(self, field: str) -> list[yaml.Node]:
        node = self._node(field)
        if not isinstance(node, yaml.SequenceNode):
            raise self.broken(field, "must be a list")
        return list(node.value)

    def _node(self, field: str) -> yaml.Node:
        if field not in self.fields:
            raise self.broken(field, "is missing")
        return self.fields[field][1]

    def _name(self, field: str) -> str:
        return f"{self.path}.{field}" if self.path else field


def read_block(file: str, text: str) -> Block:
    """The mapping at the top of a file. `file` is only named in refusals. Raises BrokenFile."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise BrokenFile(file=file, line=line, field="", why=f"not YAML: {error.problem}") from error
    except yaml.reader.ReaderError as error:
        line = text[: error.position].count("\n") + 1
        raise BrokenFile(file=file, line=line, field="", why="holds a character YAML does not allow") from error
    return _block(file, "", root)


def _block(file: str, path: str, node: yaml.Node | None) -> Block:
    if not isinstance(node, yaml.MappingNode):
        line = node.start_mark.line + 1 if node else 1
        raise BrokenFile(file=file, line=line, field=path, why="must be fields, each a `name: value`")
    fields: dict[str, tuple[int, yaml.Node]] = {}
    for line, name, value in _pairs(node):
        if name in fields:
            where = f"{path}.{name}" if path else name
            raise BrokenFile(file=file, line=line, field=where, why="is given twice")
        fields[name] = (line, value)
    return Block(file=file, path=path, line=node.start_mark.line + 1, fields=fields)


def _pairs(node: yaml.MappingNode) -> Iterator[tuple[int, str, yaml.Node]]:
    for key, value in node.value:
        yield key.start_mark.line + 1, str(key.value), value
