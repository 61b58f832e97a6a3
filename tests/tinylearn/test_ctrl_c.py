"""Ctrl-C waits where it would do harm, and comes where it does none."""

import signal
import threading

import pytest

from tinylearn import ctrl_c
from tinylearn.ctrl_c import ctrl_c_later


def press():
    signal.raise_signal(signal.SIGINT)


def waits_for_the_block(do):
    with ctrl_c_later() as ctrl_c_may_come:
        ctrl_c_may_come()
        press()
        press()
        do("the rest of the step")
        ctrl_c_may_come()
        do("another step")


def waits_for_the_outer_block(do):
    with ctrl_c_later():
        with ctrl_c_later() as ctrl_c_may_come:
            press()
            ctrl_c_may_come()
            do("inner")
        do("outer")


def is_heard_if_pressed_again_a_second_later(do):
    with ctrl_c_later():
        press()
        press()
        do("twice in a second")
        press()
        do("stuck for longer")


@pytest.mark.parametrize(("block", "done"), [
    (waits_for_the_block, ["the rest of the step"]),
    (waits_for_the_outer_block, ["inner", "outer"]),
    (is_heard_if_pressed_again_a_second_later, ["twice in a second"]),
])  # fmt: skip
def test_comes_where_it_may_and_only_once(block, done, monkeypatch):
    times, before, did = iter([10.0, 10.9, 11.1]), signal.getsignal(signal.SIGINT), []
    monkeypatch.setattr(ctrl_c.time, "monotonic", lambda: next(times))
    with pytest.raises(KeyboardInterrupt):
        block(did.append)
    assert did == done
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.parametrize("pressed", [True, False])
def test_comes_after_an_error_of_the_block(pressed):
    def block():
        with ctrl_c_later():
            if pressed:
                press()
            raise ZeroDivisionError

    with pytest.raises(KeyboardInterrupt if pressed else ZeroDivisionError) as caught:
        block()
    assert isinstance(caught.value.__context__, ZeroDivisionError) == pressed


def test_a_handler_of_your_own_hears_of_it_once_and_what_ignores_it_goes_on_ignoring_it():
    heard = []
    before = signal.signal(signal.SIGINT, lambda *told: heard.append(told))
    try:
        for _ in range(2):
            with ctrl_c_later() as ctrl_c_may_come:
                press()
                ctrl_c_may_come()
                ctrl_c_may_come()
                assert (signal.getsignal(signal.SIGINT) == signal.SIG_IGN) == (len(heard) == 2)
            heard.append("then it is ignored")
            signal.signal(signal.SIGINT, signal.SIG_IGN)
    finally:
        signal.signal(signal.SIGINT, before)
    assert [told[0] for told in heard] == [signal.SIGINT, "t", "t"]


def test_another_thread_never_hears_of_it():
    inside, may_end, done = threading.Event(), threading.Event(), []

    def work():
        with ctrl_c_later():
            inside.set()
            may_end.wait(9)
        done.append("its work")

    thread = threading.Thread(target=work)
    thread.start()
    inside.wait(9)
    with pytest.raises(KeyboardInterrupt):
        press()
    may_end.set()
    thread.join()
    assert done == ["its work"]
