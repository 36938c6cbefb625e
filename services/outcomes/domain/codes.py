"""Code lists are data: what one is once read, and the refusal of a code that is not in it."""

from dataclasses import dataclass

from services.kit.errors import DomainError, Kind
from services.outcomes.domain.located import Block, read_block


class CodeUnknown(DomainError):
    """This code is not in its list."""

    slug = "code-unknown"
    kind = Kind.INVALID


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedCode:
    """One entry; `verified` says whether code and label were read at the list's source."""

    code: str
    label: str
    verified: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeList:
    """One list, in the order it should be shown. `name` is the field that holds its codes."""

    name: str
    source: str
    codes: tuple[ListedCode, ...]

    def require(self, code: str, *, field: str) -> None:
        """Raises CodeUnknown, which names the field and the codes there are, but not what was typed."""
        known = [entry.code for entry in self.codes]
        if code not in known:
            raise CodeUnknown(f"{field} must be one of {', '.join(known)}.", field=field)


def parse_codes(name: str, file: str, text: str) -> CodeList:
    """The list written in `text`. Raises BrokenFile, which names the file, the line and the field."""
    top = read_block(file, text)
    top.only("source", "codes")
    return CodeList(name=name, source=top.text("source"), codes=tuple(_code(block) for block in top.blocks("codes")))


def _code(block: Block) -> ListedCode:
    block.only("code", "label", "verified")
    return ListedCode(code=block.text("code"), label=block.text("label"), verified=block.flag("verified"))
