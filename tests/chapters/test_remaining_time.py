"""The remaining time of a run: first as measured before, then by the speed of this machine; never absurd."""

from chapters.tools import remaining_time
from chapters.tools.chapter import CHAPTERS
from chapters.tools.remaining_time import WORK, RemainingTime, about, expected


def test_expects_less_of_a_quick_run_and_of_one_format_and_nothing_of_what_was_never_timed():
    assert list(WORK) == [f"ch{number:02}" for number in CHAPTERS]
    usual = expected(WORK, 2, quick=False)
    assert sum(expected(WORK, 2, quick=True).values()) < sum(usual.values()) / 3
    assert expected(["ch01"], 1, quick=False)["ch01"] == usual["ch01"] / 2
    assert expected(["ch01", "ch99"], 2, quick=False) == {}
    unknown = RemainingTime({}, 1)
    unknown.begins("ch99")
    assert unknown.left() == ""


def test_learns_how_fast_this_machine_is_and_divides_the_work_but_not_the_longest_chapter(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(remaining_time.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(remaining_time.os, "cpu_count", lambda: 2)
    run = RemainingTime({"a": 10, "b": 20, "c": 30}, 1)
    run.begins("a")
    assert run.seconds_left() == 60
    now[0] = 105
    assert run.seconds_left() == 55
    now[0] = 120  # twice as slow
    assert run.ends("a") == 20
    assert run.seconds_left() == 100
    run.begins("b")
    now[0] = 300  # it should have ended long ago: "c" is left
    assert run.seconds_left() == 60
    run.ends("b")
    run.begins("c")
    assert run.seconds_left() > 60
    for longest, processes, left in ((30, 2, 30), (50, 2, 50), (30, 16, 30)):  # there are two processors
        assert RemainingTime({"a": 10, "b": 20, "c": longest}, processes).seconds_left() == left


def test_rounds_times():
    for seconds in (0, 1, 7.9, 8, 14, 16, 149, 150, 7200):
        text = about(seconds)
        number = int("".join(filter(str.isdecimal, text)) or 0) * (60 if "min" in text else 1)
        assert abs(number - seconds) <= max(8, 0.25 * seconds)
