"""Ctrl-C waits where it would do harm, and comes where it does none."""

import signal
import threading

import pytest

from tinylearn import ctrl_c
from tinylearn.ctrl_c import ctrl_c_later


def press():
    signal.raise_signal(signal.SIGINT)


@pytest.fixture(autouse=True)
def handler_is_given_back():
    before = signal.getsignal(signal.SIGINT)
    yield
    assert signal.getsignal(signal.SIGINT) is before


def interrupted(block, error=KeyboardInterrupt):
    """Run `block`; return what it has done, and its error."""
    done = []
    with pytest.raises(error) as caught:
        block(done.append)
    return done, caught.value


def test_comes_where_it_may_and_only_once():
    def block(do):
        with ctrl_c_later() as ctrl_c_may_come:
            ctrl_c_may_come()
            press()
            press()
            do("the rest of the step")
            ctrl_c_may_come()
            do("another step")

    assert interrupted(block)[0] == ["the rest of the step"]


def test_comes_after_an_error_of_the_block():
    def block(do, pressed=True):
        with ctrl_c_later():
            if pressed:
                press()
            raise ZeroDivisionError

    assert isinstance(interrupted(block)[1].__context__, ZeroDivisionError)
    interrupted(lambda do: block(do, pressed=False), ZeroDivisionError)


def test_an_outer_block_holds_it_back_longer_than_an_inner_one():
    def block(do):
        with ctrl_c_later():
            with ctrl_c_later() as ctrl_c_may_come:
                press()
                ctrl_c_may_come()
                do("inner")
            do("outer")

    assert interrupted(block)[0] == ["inner", "outer"]


def test_whoever_presses_again_a_second_later_is_heard_at_once(monkeypatch):
    def block(do):
        with ctrl_c_later():
            press()
            press()
            do("twice in a second")
            press()
            do("stuck for longer")

    times = iter([10.0, 10.9, 11.1])
    monkeypatch.setattr(ctrl_c.time, "monotonic", lambda: next(times))
    assert interrupted(block)[0] == ["twice in a second"]


def test_a_handler_of_your_own_hears_of_it_once():
    heard = []
    before = signal.signal(signal.SIGINT, lambda *told: heard.append(told))
    try:
        with ctrl_c_later() as ctrl_c_may_come:
            press()
            ctrl_c_may_come()
            ctrl_c_may_come()
    finally:
        signal.signal(signal.SIGINT, before)
    assert [number for number, _ in heard] == [signal.SIGINT]


def test_what_ignores_it_goes_on_ignoring_it():
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with ctrl_c_later() as ctrl_c_may_come:
            press()
            ctrl_c_may_come()
            assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


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
