"""The mark on a field that says: this is about a person, seal it."""

from typing import Annotated, TypeVar

T = TypeVar("T")

PERSONAL = "personal"

Personal = Annotated[T | None, PERSONAL]
"""A personal field of an event. It is sealed in the store and reads as `None` once its key is destroyed."""
