"""Seeded chance: the same key gives the same draws, on any day and any computer."""

import random
from collections.abc import Mapping, Sequence
from typing import TypeVar

T = TypeVar("T")

_SEED = "perinatal-demonstration-1"
_WEIGHTS = range(10, 1, -1)
_NO_CHECK_DIGIT = 10


class Chance(random.Random):
    """`key` names who or what is drawn for."""

    def __init__(self, key: str) -> None:
        super().__init__(f"{_SEED}/{key}")

    def one(self, weights: Mapping[T, float]) -> T:
        return self.choices(list(weights), list(weights.values()))[0]

    def happens(self, probability: float) -> bool:
        return self.random() < probability

    def total(self, mean: float, deviation: float, highest: int) -> int:
        """A score, 0 to `highest`."""
        return max(0, min(highest, round(self.gauss(mean, deviation))))

    def answers(self, total: int, highest: Sequence[int], *, seldom: int) -> list[int]:
        """Answers that add up to `total`, item `seldom` (from 1) seven times rarer than the rest."""
        given = [0] * len(highest)
        for _ in range(total):
            room = {
                number: 0.14 if number == seldom - 1 else 1.0
                for number, most in enumerate(highest)
                if given[number] < most
            }
            given[self.one(room)] += 1
        return given


def nhs_number(chance: Chance) -> str:
    """A number in the range 999, which is never given out, with its right check digit."""
    while True:
        digits = f"999{chance.randrange(10**6):06d}"
        total = sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=True))
        check = (11 - total % 11) % 11
        if check != _NO_CHECK_DIGIT:
            return f"{digits}{check}"
