"""How numbers are written on pictures: every format in one place, from a value to its text.

They have as many digits as the eye can use, keep that number while a value changes, and never show "-0".
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable

import numpy as np

from animations.engine.text import unsigned_zero

WITH_EXPONENT = "{:.4g}"  # for very large and very small numbers


def few_digits(value: float) -> str:
    """Return a number with three significant digits, but with one to four digits after the point.

    >>> [few_digits(value) for value in (12321, 82.42, 8.2, -0.97, 0.00076, -1e-9)]
    ['12321.0', '82.4', '8.20', '-0.970', '0.0008', '0.0000']
    """
    size = abs(value)
    return with_decimals(value, 1 if not size < 10 else 2 if size >= 1 else 3 if size >= 0.1 else 4)


def with_decimals(value: float, decimals: int) -> str:
    """Return a number with that many decimals.

    >>> with_decimals(-0.0567, 3), with_decimals(-0.0567, 0)
    ('-0.057', '0')
    """
    return unsigned_zero(f"{value:.{decimals}f}")


def three_decimals(value: float) -> str:
    """Return a number with three decimals, and 0.000 without a minus sign.

    >>> three_decimals(-0.0001), three_decimals(-0.0567)
    ('0.000', '-0.057')
    """
    return with_decimals(value, 3)


def signed_digits(value: float) -> str:
    """Return a number with its sign and two digits.

    >>> [signed_digits(value) for value in (0.182, -0.00099, 12.3, -0.0)]
    ['+0.18', '-0.00099', '+12', '+0.0']
    """
    value = value + 0.0  # turns -0.0 into 0.0
    return f"{value:+.0f}" if abs(value) >= 10 else f"{value:+#.2g}"


def probability(value: float) -> str:
    """Return a probability with three decimals, but never as 0.000 or 1.000 if it is neither impossible nor certain.

    >>> [probability(value) for value in (0.25, 0.99974, 0.0002)]
    ['0.250', '> 0.999', '< 0.001']
    """
    return "> 0.999" if value >= 0.9995 else "< 0.001" if value < 0.0005 else f"{value:.3f}"


def decimals_by_size(value: float) -> str:
    """Return a number with four decimals; three if it has no more, fewer if it is large, six if it is small.

    >>> [decimals_by_size(value) for value in (1.2345, -17.531, 157.7829, -493904.1, 2.4394e11, 0.000117747)]
    ['1.2345', '-17.531', '157.78', '-493904', '2.439e+11', '0.000118']
    """
    size = abs(value)
    if size >= 1_000_000:
        return f"{value:.3e}"
    exact = math.isclose(value, round(value, 3), abs_tol=1e-9)
    decimals = 0 if size >= 10_000 else 2 if size >= 100 else 3 if exact else 4 if size >= 0.01 else 6
    return with_decimals(value, decimals)


def in_brackets(value: float) -> str:
    """Return a number in brackets, with its sign, which shows the direction.

    >>> in_brackets(-17.531), in_brackets(15.7779), in_brackets(-1.0), in_brackets(-0.0)
    ('(-17.531)', '(+15.7779)', '(-1)', '(+0.000)')
    """
    digits = f"{value:.0f}" if abs(value) == 1 else decimals_by_size(value)
    return f"({'' if digits.startswith('-') else '+'}{digits})"


def four_digits(value: float) -> str:
    """Return a number with four digits, even if they are zeros; with three and an exponent if it is far from 1.

    >>> [four_digits(value) for value in (0.5, 12.3456, 0.00123, 9999.6, 4.373e12, 2e-7, 0, -0.25)]
    ['0.5000', '12.35', '0.001230', '10000', '4.37e+12', '2.00e-07', '0', '-0.2500']
    """
    size = abs(value)
    if size == 0:
        return "0"
    if not 1e-4 <= size < 1e5:
        return f"{value:.2e}"
    return f"{value:.{max(0, 3 - math.floor(math.log10(size)))}f}"


def no_negative_zero(value: float) -> str:
    """Return a number with four decimals, and 0.0000 without a minus sign.

    >>> no_negative_zero(-1e-16), no_negative_zero(-0.0575)
    ('0.0000', '-0.0575')
    """
    return with_decimals(value, 4)


def form_for(largest: float) -> str:
    """Return a format for numbers up to `largest`: three digits of that one, with a power of ten if it is huge or tiny.

    >>> [form_for(largest).format(0.25) for largest in (0.5, 3, 70, 1e6)]
    ['0.250', '0.25', '0.2', '2.5e-01']
    """
    if largest and not 1e-3 <= largest < 1e4:
        return "{:.1e}"
    decimals = 2 - math.floor(math.log10(largest)) if largest else 1
    return f"{{:.{min(max(decimals, 1), 4)}f}}"


def form_of_all(values: np.ndarray, least: int, sign: str = "") -> Callable[[float], str]:
    """Return a function that writes all `values` alike: `least` decimals, or more if three digits of the largest need
    them; with exponents if it is huge or tiny. sign="+" also writes the signs of those above zero.

    >>> [form_of_all(np.array([largest, 0]), 1, "+")(0.25) for largest in (212, 3, 0.05, 1e9)]
    ['+0.2', '+0.25', '+0.2500', '+2.50e-01']
    """
    largest = float(np.abs(values).max(initial=0))
    form = f"{sign}.2e"
    if not largest or 1e-3 <= largest < 1e8:
        form = f"{sign}.{max(least, 2 - math.floor(math.log10(largest or 1)))}f"

    def write(value: float) -> str:
        written = unsigned_zero(format(value, form))
        return written if written[0] in "+-" else sign + written

    return write


def three_digits(value: float) -> str:
    """Return a number of any size in few characters.

    >>> [three_digits(value) for value in (0.25, -31.7, 1.5e6, -0.0)]
    ['0.250', '-31.7', '1.5e+06', '0.0']
    """
    return unsigned_zero(form_for(abs(value)).format(value))


def plain_form(values: np.ndarray) -> Callable[[float], str]:
    """Return a function that writes `values` with as many decimals as all of them need, but at most two.

    >>> [plain_form(np.array(values))(values[0]) for values in ([-0.5, 1], [-0.0, 2], [1 / 3])]
    ['-0.5', '0', '0.33']
    """
    enough = [digits for digits in (0, 1) if np.abs(values - np.round(values, digits)).max(initial=0) < 1e-9]
    return functools.partial(with_decimals, decimals=enough[0] if enough else 2)


def letters(values: np.ndarray) -> int:
    """Return the number of characters of the longest of `values`.

    >>> letters(np.array([1, -0.5]))
    4
    """
    form = plain_form(values)
    return max(len(form(value)) for value in np.ravel(values))


def down_and_across(pair: tuple[int, int]) -> str:
    """Return how far something reaches down and across: as one number if both are the same.

    >>> down_and_across((2, 2)), down_and_across((1, 2))
    ('2', '1 down, 2 across')
    """
    return f"{pair[0]}" if pair[0] == pair[1] else f"{pair[0]} down, {pair[1]} across"


def number_form(values: np.ndarray) -> str:
    """Return a format for all values in which the largest has four digits: the same number of decimals for each.

    It has no more decimals than the values. If the largest is below a thousandth, or a million million or more, it uses
    exponents.

    >>> number_form(np.array([0.0926, 20.953])), number_form(np.array([12_345.6])), number_form(np.array([3, 5]))
    ('{:,.2f}', '{:,.0f}', '{:,.0f}')
    >>> number_form(np.array([4e-7])).format(4e-7)
    '4e-07'
    """
    values = values[~np.isnan(values)]
    largest = np.abs(values).max()
    if largest == 0:
        return "{:,.0f}"
    before = int(np.floor(np.log10(largest))) + 1  # digits before the point
    if not -2 <= before <= 12:
        return WITH_EXPONENT
    most = max(0, 4 - before)
    return f"{{:,.{min(most, decimals(values, most))}f}}"


def decimals(values: np.ndarray, most: int) -> int:
    """Return how many decimals the values have, at most `most`: 2 for 0.25 and 3.5."""
    with np.errstate(under="ignore"):
        have = [count for count in range(most) if np.allclose(np.round(values, count), values, rtol=1e-12, atol=0)]
    return have[0] if have else most
