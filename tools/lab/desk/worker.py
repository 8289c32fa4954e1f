# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""A thread that carries out orders, and says in a sentence what is wrong with one."""

import contextlib
import os
import queue
import select
import threading
from collections.abc import Callable

from setup.problem import Problem

Order = Callable[[], None]
_AFTER_ERROR_S = 0.5  # before work() is tried again


def words(problem: Problem) -> str:
    """A Problem as sentences in one line of a page."""
    parts = (problem.what, problem.why, problem.next_step)
    return " ".join(part[0].upper() + part[1:] for part in parts if part)


class Worker:
    """Use as a context manager. say: gets the sentence when an order has failed.

    A subclass has work(), which is called again and again between the orders; it waits for at
    most 0.1 s, and less when `wake` is readable. end_s: for how long its end is waited for.
    """

    end_s = 30.0

    def __init__(self, name: str, say: Callable[[str], None]) -> None:
        self._orders: queue.Queue[Order] = queue.Queue()
        self._say = say
        self._ends = threading.Event()
        self.wake, self._ring = os.pipe()
        os.set_blocking(self.wake, False)
        os.set_blocking(self._ring, False)
        self._thread = threading.Thread(target=self._run, name=f"lab {name}", daemon=True)

    def __enter__(self) -> "Worker":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.set()
        self.awake()
        self._thread.join(self.end_s)
        if not self._thread.is_alive():
            os.close(self.wake)
            os.close(self._ring)

    def awake(self) -> None:
        """Ends the present wait of work()."""
        with contextlib.suppress(BlockingIOError):
            os.write(self._ring, b"x")

    def order(self, order: Order) -> None:
        """Has the thread do it; returns at once."""
        self._orders.put(order)
        self.awake()

    def wait(self, wait_s: float) -> None:
        """Waits, and ends early at a new order."""
        select.select([self.wake], [], [], wait_s)

    def work(self) -> None:
        """See the class."""
        raise NotImplementedError

    def _run(self) -> None:
        while not self._ends.is_set():
            with contextlib.suppress(BlockingIOError):
                os.read(self.wake, 4096)
            with contextlib.suppress(queue.Empty):
                while not self._ends.is_set():
                    self._carry_out(self._orders.get_nowait())
            if not self._ends.is_set() and not self._carry_out(self.work):
                self._ends.wait(_AFTER_ERROR_S)

    def _carry_out(self, order: Order) -> bool:
        """Whether it has worked."""
        from bench import BenchError

        try:
            order()
            return True
        except Problem as problem:
            self._say(words(problem))
        except (BenchError, OSError, ValueError) as error:
            self._say(f"The bench refused: {str(error)[:300]}")
        except Exception as error:  # the thread must go on, and the page must say it
            self._say(f"The lab has an error: {type(error).__name__}: {str(error)[:300]}")
        return False
