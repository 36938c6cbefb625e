"""Every refusal of a service is told in its README, and is one sentence that needs no explanation."""

import importlib
import inspect
import pkgutil
from pathlib import Path

import pytest

from services.kit.errors import DomainError

SERVICES = ("referral", "scheduling", "outcomes", "training")


def refusals(service: str) -> list[type[DomainError]]:
    package = importlib.import_module(f"services.{service}")
    modules = [
        importlib.import_module(each.name) for each in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
    ]
    classes = {cls for module in modules for _, cls in inspect.getmembers(module, inspect.isclass)}
    return [cls for cls in classes if issubclass(cls, DomainError) and cls.__module__.startswith(package.__name__)]


@pytest.mark.parametrize("service", SERVICES)
def test_every_refusal_is_in_the_readme(service: str) -> None:
    told = Path("services", service, "README.md").read_text(encoding="utf-8")
    found = refusals(service)
    assert len(found) > 20
    assert [refusal.slug for refusal in found if f"`{refusal.slug}`" not in told] == []


@pytest.mark.parametrize("service", SERVICES)
def test_every_refusal_is_one_plain_sentence(service: str) -> None:
    for sentence in (inspect.getdoc(refusal) or "" for refusal in refusals(service)):
        assert sentence.partition("\n")[0].endswith("."), sentence
