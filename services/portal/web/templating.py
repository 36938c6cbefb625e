"""Templates: ours, with the macros of the NHS design system. Everything that is printed is escaped."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import ChainableUndefined, ChoiceLoader, Environment, FileSystemLoader, PackageLoader
from jinja2.exceptions import UndefinedError
from jinja2.utils import missing

from services.portal.web.moments import day_in_words, days_in_words, iso_day_in_words, moment_in_words
from services.portal.web.notices import notice_of
from services.portal.web.words import choices, word

_HERE = Path(__file__).parent
ASSETS = _HERE / "static" / "assets"
_OURS = "services.portal"
_OF_EVERY_DICT = frozenset(dir(dict))


class Forgiving(ChainableUndefined):
    """The NHS macros look up parameters that were not given. A name one of our own objects lacks is a mistake, and is loud."""

    __slots__ = ()

    def __init__(
        self, hint: str | None = None, obj: Any = missing, name: str | None = None, exc: Any = UndefinedError
    ) -> None:
        super().__init__(hint, obj, name, exc)
        if type(obj).__module__.startswith(_OURS):
            raise AttributeError(f"{type(obj).__name__} has no {name}")


class Quick(Environment):
    """The NHS macros ask the dictionaries they are given for a dozen names that are mostly not there. Jinja looks for each twice,
    and raises and catches two errors a name: a fifth of the time a form takes.
    """

    def getattr(self, obj: Any, attribute: str) -> Any:
        if type(obj) is dict and attribute not in _OF_EVERY_DICT:
            found = obj.get(attribute, missing)
            return self.undefined(obj=obj, name=attribute) if found is missing else found
        return super().getattr(obj, attribute)


@cache
def environment() -> Environment:
    loader = ChoiceLoader([FileSystemLoader(_HERE / "templates"), PackageLoader("nhsuk_frontend_jinja")])
    made = Quick(
        loader=loader, autoescape=True, undefined=Forgiving, trim_blocks=True, lstrip_blocks=True, auto_reload=False
    )
    made.filters |= {
        "day": day_in_words,
        "moment": moment_in_words,
        "iso_day": iso_day_in_words,
        "days": days_in_words,
    }
    made.globals |= {"word": word, "choices": choices, "asset": asset, "notice_of": notice_of}
    return made


@cache
def asset(path: str) -> str:
    """The address of one of our own files, changing with its content so that it may be kept for ever."""
    digest = hashlib.sha256((ASSETS / path).read_bytes()).hexdigest()[:12]
    return f"/assets/{path}?v={digest}"


def render(template: str, **content: Any) -> str:
    return environment().get_template(template).render(content)
