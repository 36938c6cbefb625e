"""The interval around a share of people (Wilson's score interval; measures.md 4.7)."""

import math

Z_95 = 1.959964


def wilson(count: int, of: int, z: float = Z_95) -> tuple[float, float] | None:
    """Lowest and highest share, from 0 to 1; None of nobody."""
    if of == 0:
        return None
    middle, spread = 2 * count + z * z, z * math.sqrt(z * z + 4 * count * (1 - count / of))
    below = 2 * (of + z * z)
    # At none or all of them the arithmetic misses 0 or 1 by a rounding error.
    return max(0.0, (middle - spread) / below), min(1.0, (middle + spread) / below)
