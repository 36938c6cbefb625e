"""YAML whose every field remembers its line, so that a broken file is refused by line and field."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

Path = Sequence[int | str]


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Mistake:
    """One thing wrong in a file a person wrote: its line (from 1), the field as a dotted path, a plain reason."""

    line: int
    field: str
    text: str

    def __str__(self) -> str:
        return f"line {self.line}, {self.field}: {self.text}" if self.field else f"line {self.line}: {self.text}"


class BrokenFile(Exception):
    """The file cannot be used; `mistakes` says where and why."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        super().__init__("; ".join(str(mistake) for mistake in mistakes))
        self.mistakes = tuple(mistakes)


@dataclass(frozen=True, slots=True, kw_only=True)
class LocatedYaml:
    """The values of a YAML document beside the node tree they came from."""

    values: Mapping[Any, Any]
    root: yaml.Node

    def mistake(self, path: Path, text: str) -> Mistake:
        """A mistake at the deepest part of `path` that is in the document: a missing field has the line of its parent.

        In `path` the entries of a list count from 0; in the words for people they count from 1.
        """
        node: yaml.Node | None = self.root
        line, field = self.root.start_mark.line, ""
        for step in path:
            field += f"[{step + 1}]" if isinstance(step, int) and _is_list(node) else f".{step}"
            node, line = _child(node, step) or (None, line)
        return Mistake(line=line + 1, field=field.removeprefix("."), text=text)


def read(text: str) -> LocatedYaml:
    """Parse `text`, which must be one mapping at the top without a key given twice. Raises BrokenFile."""
    try:
        root = yaml.compose(text, Loader=_Located)
        values = yaml.load(text, Loader=_Located)  # noqa: S506 - a SafeLoader
    except yaml.YAMLError as error:
        raise BrokenFile([_syntax_mistake(error, text)]) from error
    if not isinstance(root, yaml.MappingNode):
        raise BrokenFile([Mistake(line=1, field="", text="the file must be a list of `field: value` lines")])
    twice = list(_keys_given_twice(root))
    if twice:
        raise BrokenFile(twice)
    return LocatedYaml(values=values, root=root)


class _Located(yaml.SafeLoader):
    """Names the place of what looks like a date or a number and is none, too: 2026-02-30."""

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep=deep)
        except ValueError as error:
            raise yaml.constructor.ConstructorError(None, None, str(error), node.start_mark) from error


def _syntax_mistake(error: yaml.YAMLError, text: str) -> Mistake:
    match error:
        case yaml.MarkedYAMLError(problem=problem, problem_mark=yaml.Mark(line=line)):
            return Mistake(line=line + 1, field="", text=f"not YAML: {problem}")
        case yaml.reader.ReaderError(position=position):
            line = text[:position].count("\n") + 1
            return Mistake(line=line, field="", text="holds a character that YAML does not allow")
        case _:
            return Mistake(line=1, field="", text=f"not YAML: {error}")


def _is_list(node: yaml.Node | None) -> bool:
    return isinstance(node, yaml.SequenceNode)


def _child(node: yaml.Node | None, step: int | str) -> tuple[yaml.Node, int] | None:
    match node:
        case yaml.MappingNode():
            for key, value in node.value:
                if key.value == str(step):
                    return value, key.start_mark.line
        case yaml.SequenceNode() if isinstance(step, int) and step < len(node.value):
            return node.value[step], node.value[step].start_mark.line
    return None


def _keys_given_twice(node: yaml.Node, path: tuple[str, ...] = ()) -> Iterator[Mistake]:
    match node:
        case yaml.MappingNode():
            seen: set[str] = set()
            for key, value in node.value:
                here = (*path, str(key.value))
                if key.value in seen:
                    yield Mistake(line=key.start_mark.line + 1, field=".".join(here), text="given twice")
                seen.add(key.value)
                yield from _keys_given_twice(value, here)
        case yaml.SequenceNode():
            for number, value in enumerate(node.value):
                yield from _keys_given_twice(value, (*path, str(number)))
