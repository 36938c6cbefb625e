"""Every refusal of the service is told in its README, with its own slug and a sentence that needs no explanation."""

import importlib
import inspect
import pkgutil
from pathlib import Path

from services.kit.errors import DomainError
from services.training import domain
from services.training.application import AttendeeUnknown

README = Path(domain.__path__[0]).parent / "README.md"


def refusals() -> list[type[DomainError]]:
    modules = [
        importlib.import_module(f"{domain.__name__}.{found.name}") for found in pkgutil.iter_modules(domain.__path__)
    ]
    classes = {cls for module in modules for _, cls in inspect.getmembers(module, inspect.isclass)}
    ours = {cls for cls in classes if cls.__module__.startswith(domain.__name__) and issubclass(cls, DomainError)}
    return sorted({*ours, AttendeeUnknown}, key=str)


def test_every_refusal_has_a_slug_of_its_own() -> None:
    slugs = [refusal.slug for refusal in refusals()]
    assert len(slugs) == len(set(slugs)) > 20


def test_every_refusal_is_in_the_readme() -> None:
    told = README.read_text(encoding="utf-8")
    assert [refusal.slug for refusal in refusals() if f"`{refusal.slug}`" not in told] == []


def test_every_refusal_is_one_plain_sentence() -> None:
    for refusal in refusals():
        sentence = str(refusal())
        assert sentence.endswith("."), refusal
        assert "\n" not in sentence, refusal
