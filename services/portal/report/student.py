"""The quantile of Student's t, for the interval around a mean.

The distribution function comes from the regularised incomplete beta function (its continued fraction, evaluated by Lentz's
method: Press et al., Numerical Recipes, 3rd edition, 6.4); the quantile is found by halving an interval.
"""

import math

_STEPS = 200
_SMALL = 1e-30
_PRECISION = 1e-12


def t_quantile(probability: float, degrees: int) -> float:
    """The t for which `probability` (above one half, below one) of the distribution lies below. `degrees` is 1 or more."""
    low, high = 0.0, 1.0
    while _below(high, degrees) < probability:
        high *= 2
    while high - low > _PRECISION * high:
        middle = (low + high) / 2
        if _below(middle, degrees) < probability:
            low = middle
        else:
            high = middle
    return high


def _below(t: float, degrees: int) -> float:
    return 1 - _beta_share(degrees / 2, 0.5, degrees / (degrees + t * t)) / 2


def _beta_share(a: float, b: float, x: float) -> float:
    """The regularised incomplete beta function."""
    if x in (0.0, 1.0):
        return x
    front = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x),
    )
    if x < (a + 1) / (a + b + 2):
        return front * _fraction(a, b, x) / a
    return 1 - front * _fraction(b, a, 1 - x) / b


def _fraction(a: float, b: float, x: float) -> float:
    c = 1.0
    d = 1 / _away_from_zero(1 - (a + b) * x / (a + 1))
    result = d
    for m in range(1, _STEPS):
        before = result
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for term in (even, odd):
            d = 1 / _away_from_zero(1 + term * d)
            c = _away_from_zero(1 + term / c)
            result *= c * d
        if abs(result - before) <= _PRECISION * abs(result):
            break
    return result


def _away_from_zero(value: float) -> float:
    return value if abs(value) > _SMALL else _SMALL
