"""Tables as people keep them, a few lines of each: name → (text of a file, names, times as shown, values)."""

import io

import numpy as np

NAN = np.nan


def saved_by_numpy():
    """Return what np.savetxt writes: the names in a comment."""
    file = io.StringIO()
    np.savetxt(file, [[2000, 1, 4], [2001, 2, 3]], delimiter=",", header="year,A,B")
    return file.getvalue()


LONG = """Entity,Code,Year,Life expectancy
Kosovo,,2008,69.5
Kosovo,,2009,70
Germany,DEU,2007,79.7
Germany,DEU,2008,79.9
Germany,DEU,2009,80.1
East Germany,,1990,
"""
WORLD_BANK = """"Data Source","World Development Indicators",

"Last Updated Date","2024-06-28",

"Country Name","Country Code","Indicator Name","Indicator Code","1960","1961","1962","1963",
"Aruba","ABW","Population, total","SP.POP.TOTL","54608","55811","","",
"Angola","AGO","Population, total","SP.POP.TOTL","","5441333","5521400","",
"Not classified","INX","Population, total","SP.POP.TOTL","","","","",
"""
DATA_BANK = """Country Name,Country Code,Series Name,Series Code,1960 [YR1960],1961 [YR1961]
Japan,JPN,GDP,NY.GDP,1,2
UK,GBR,GDP,NY.GDP,3,..
,,,,,
Data from database: World Development Indicators,,,,,
Last Updated: 07/25/2024,,,,,
"""
WIDE_37 = "year," + ",".join(f"Region {k}" for k in range(37)) + "\n" + "".join(
    f"{year}," + ",".join(str((k * 7 + year) % 41) for k in range(37)) + "\n" for year in range(2000, 2004)
)  # fmt: skip

TABLES = {
    "days": ("date,Oslo\n2020-02-28,4\n2020-03-01,6\n2020-03-02,5\n", ["Oslo"],
             ["2020-02-28", "2020-03-01", "2020-03-02"], [[4], [6], [5]]),
    "days without marks": ("day,Oslo\n20200228,4\n20200301,6\n", ["Oslo"], ["2020-02-28", "2020-03-01"], [[4], [6]]),
    "months, decimal commas": ("Monat;Umsatz;Kosten\n2020-11;1.234,5;3\n2020-12;;4,25\n", ["Umsatz", "Kosten"],
                               ["2020-11", "2020-12"], [[1234.5, 3], [NAN, 4.25]]),
    "value before year": ("Land,value,Jahr\nJ,1.5,1960\nJ,2.5,1961\n", ["J"], ["1960", "1961"], [[1.5], [2.5]]),
    "quarters, no first head": (",A,B\n1990Q1,1,2\n1990Q2,2,3\n", ["A", "B"], ["1990 Q1", "1990 Q2"], [[1, 2], [2, 3]]),
    "long": (LONG, ["Kosovo", "Germany"], ["2007", "2008", "2009"], [[NAN, 79.7], [69.5, 79.9], [70, 80.1]]),
    "World Bank": (WORLD_BANK, ["Aruba", "Angola"], ["1960", "1961", "1962"],
                   [[54608, NAN], [55811, 5441333], [NAN, 5521400]]),
    "data bank": (DATA_BANK, ["Japan", "UK"], ["1960", "1961"], [[1, 3], [2, NAN]]),
    "numbers like months": ("step,A\n160001,1\n160002,2\n", ["A"], ["160001", "160002"], [[1], [2]]),
    "gaps": ("year,A,B,C\n1990,,..,-\n1991,1,NA,3\n1992,n/a,,4\n1993,3,2,\n", ["A", "B", "C"],
             ["1991", "1992", "1993"], [[1, NAN, 3], [NAN, NAN, 4], [3, 2, NAN]]),
    "an index of pandas": (",year,A\n0,1990,1\n1,1991,2\n", ["A"], ["1990", "1991"], [[1], [2]]),
    "tabs, thousands": ("\ufeffyear\tA\tB\n2000\t1,234,567\t1 000\n2001\t2,000,000\t−5\n", ["A", "B"],
                        ["2000", "2001"], [[1_234_567, 1000], [2_000_000, -5]]),
    "NumPy": (saved_by_numpy(), ["A", "B"], ["2000", "2001"], [[1, 4], [2, 3]]),
    "37 columns": (WIDE_37, [f"Region {k}" for k in range(37)], ["2000", "2001", "2002", "2003"],
                   [[(k * 7 + year) % 41 for k in range(37)] for year in range(2000, 2004)]),
    "the last first": ("Date,Close\n3/2/2020,5\n2/28/2020,4\n", ["Close"], ["2020-02-28", "2020-03-02"], [[4], [5]]),
    "hours": ("time,A\n2020-03-02T14:30:00Z,1\n2020-03-02T15:30:00Z,2\n", ["A"],
              ["2020-03-02 14:30", "2020-03-02 15:30"], [[1], [2]]),
    "negative": ("year,A,B\n2000,-3,1\n2001,-4,2\n2002,5,-6\n", ["A", "B"], ["2000", "2001", "2002"],
                 [[-3, 1], [-4, 2], [5, -6]]),
}  # fmt: skip
