"""Tables: the GDP figures of chapter 1, and files of other people, right and wrong."""

import hashlib

import numpy as np
import pytest

from tinylearn.datasets import Table, gdp, read_table

GOOD = "# title: Rainfall\n# unit: mm\nmonth,Bergen,Cairo\n1,190,5\n2,152,4.5\n"


@pytest.fixture
def file(tmp_path):
    """Write a text to a file; return its path."""

    def write(text, encoding="utf-8"):
        path = tmp_path / "rain.csv"
        path.write_bytes(text.encode(encoding))
        return path

    return write


def test_the_51_years_of_chapter_1():
    table = gdp()
    np.testing.assert_array_equal(table.times, range(1970, 2021))
    assert table.names == ("USA", "Japan", "Germany", "UK", "China")
    assert table.values.shape == (51, 5)
    np.testing.assert_array_equal(table.values[0], [1.0733, 0.2126, 0.2158, 0.1307, 0.0926])
    np.testing.assert_array_equal(table.values[-1], [20.953, 5.0578, 3.8464, 2.7598, 14.7227])
    assert (table.clock, table.unit) == ("year", "trillion US$, current prices")
    assert table.source == "World Bank, NY.GDP.MKTP.CD, CC BY 4.0"


def test_no_figure_has_been_changed():
    digest = hashlib.sha256((gdp().values * 10_000).round().astype("<i8").tobytes()).hexdigest()
    assert digest == "81f745720e7cddfed3b2278d937f6d48ef9b050aa3023571f3f31cbac642363f"


def test_a_file(file):
    table = read_table(file(GOOD))
    np.testing.assert_array_equal(table.times, [1, 2])
    np.testing.assert_array_equal(table.values, [[190, 5], [152, 4.5]])
    assert table.names == ("Bergen", "Cairo")
    assert (table.clock, table.title, table.unit, table.source) == ("month", "Rainfall", "mm", "")


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff" + GOOD,  # as Excel writes it
        GOOD.replace("\n", "\r\n"),
        GOOD.replace(",", " , "),
        GOOD.replace("1,190", "\n\n# in between\n1,190") + "\n\n",
        GOOD.replace("month,Bergen,Cairo", '"month","Bergen","Cairo"'),
    ],
    ids=["mark", "line ends", "spaces", "empty lines and comments", "quotes"],
)
def test_the_same_written_otherwise(file, text):
    table = read_table(file(text))
    assert (table.clock, table.names, table.title) == ("month", ("Bergen", "Cairo"), "Rainfall")
    np.testing.assert_array_equal(table.values, [[190, 5], [152, 4.5]])


def test_names_with_commas_and_a_title_from_the_file_name(file):
    table = read_table(file('t,"Bergen, rain"\n0,1\n1,2'))
    assert table.names == ("Bergen, rain",)
    assert table.title == "rain"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 1: expected the names of at least two columns"),
        ("year\n1\n2", "line 1: expected the names of at least two columns, the time and one series.*got 'year'"),
        ("a;b\n1;2", "separated by commas, got 'a;b'"),
        ("year,A,A\n1,2,3", "line 1: every column needs a name of its own; column 3 'A' is there twice"),
        ("year,,A\n1,2,3", "line 1: every column needs a name of its own; column 2 is empty"),
        ("# x\nyear,A\n1,2\n2,many\n", "line 4, column 'A': expected a number such as 1234.5, got 'many'"),
        ('year,A\n1,2\n2,"1,5"\n', "line 3, column 'A': expected a number such as 1234.5, got '1,5'"),
        ("year,A\n1,2\nMay,3\n", "line 3, column 'year': expected a number such as 1234.5, got 'May'"),
        ("year,A\n1,2\n2,nan\n", "line 3, column 'A': expected a number such as 1234.5, got 'nan'"),
        ("year,A\n1,inf\n2,1\n", "line 2, column 'A': expected a number such as 1234.5, got 'inf'"),
        ("year,A\n1,2\n2,-2e300\n", r"line 3, column 'A': expected a number within ±1e\+100, got -2e300"),
        ("year,A\n20200303,2\n20200302,1\n", "times must increase, got 20200302 after 20200303"),
        ("year,A,B\n1,,3\n", "line 2, column 'A': a value is missing; fill it in or leave out the row"),
        ("year,A,B\n\n1,2\n", "line 3: expected 3 values, as many as names, got 2"),
        ("year,A,B\n1,2,3,4\n", "line 2: expected 3 values, as many as names, got 4"),
        ("year,A\n3,2\n3,2\n", "line 3, column 'year': times must increase, got 3 after 3"),
        ("year,A\n3,2\n1,2\n", "line 3, column 'year': times must increase, got 1 after 3"),
        ("year,A\n3,2\n", "expected at least 2 rows of numbers under the names, got 1"),
    ],
)
def test_a_mistake_in_a_file_is_found_by_its_place(file, text, message):
    with pytest.raises(ValueError, match=rf"rain\.csv.*{message}"):
        read_table(file(text))


def test_another_encoding_is_refused(file):
    with pytest.raises(ValueError, match=r"rain\.csv: expected text in UTF-8 .* save it as CSV UTF-8"):
        read_table(file("year,Köln\n1,2\n2,3", "latin-1"))


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"nowhere\.csv"):
        read_table(tmp_path / "nowhere.csv")


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        (([1, 2], ["A"], [[1, 2], [3, 4]]), r"shape \(times, names\) = \(2, 1\), got \(2, 2\)"),
        (([1], ["A"], [[1]]), "expected two times and one series at least, got 1 and 1"),
        (([1, 2], [], np.ones((2, 0))), "expected two times and one series at least, got 2 and 0"),
        (([1, 2], ["A"], [[1], [np.nan]]), "must be a finite number"),
        (([1, 2], ["A"], [[1], [2e300]]), r"must lie within ±1e\+100, got 2e\+300; choose a larger unit"),
        (([1, 4, 4], ["A"], [[1], [2], [3]]), "times must increase, got 4 after 4"),
        (([1, 2], ["A", "A"], [[1, 2], [3, 4]]), "every series needs a name of its own, got A, A"),
    ],
)
def test_parts_that_make_no_table(parts, message):
    with pytest.raises(ValueError, match=message):
        Table(*parts)


def test_a_table_does_not_change_with_the_arrays_that_it_was_made_of():
    values = np.ones((2, 1))
    table = Table([1, 2], ["A"], values)
    values[:] = 7
    assert table.values[0, 0] == 1
