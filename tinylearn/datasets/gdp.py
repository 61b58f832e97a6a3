"""The gross domestic product of five countries, 1970 to 2020. Chapter 1 animates it.

Source: World Bank, World Development Indicators, indicator NY.GDP.MKTP.CD, "GDP (current US$)", licence CC BY 4.0;
here in trillions, rounded to four decimals. In current prices: the dollars of each year, not adjusted for inflation.
"""

from __future__ import annotations

from pathlib import Path

from tinylearn.datasets.table import Table
from tinylearn.datasets.table_file import read_table


def gdp() -> Table:
    """Return 51 years of USA, Japan, Germany, UK and China, in trillion US$: values (51, 5).

    >>> table = gdp()
    >>> for name, value in zip(table.names, table.values[-1]):
    ...     print(f"{table.times[-1]:.0f} {name:8}{value:8.4f}")
    2020 USA      20.9530
    2020 Japan     5.0578
    2020 Germany   3.8464
    2020 UK        2.7598
    2020 China    14.7227
    """
    return read_table(Path(__file__).with_name("gdp.csv"))
