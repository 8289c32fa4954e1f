# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Measures what the lab's page costs, and how soon it shows what happens: cw lab --measure."""

import argparse
import contextlib
import os
import re
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import chromium
from labs import LIMIT_S, ROOT, Lab, wait_until
from pages import LabPage
from playwright.sync_api import Browser, expect, sync_playwright

sys.path.insert(0, str(ROOT / "tools"))

from commands.console import Console
from commands.session import boards_in_bench, configure, prepare
from setup.problem import Problem, exit_with
from setup.report import Report

_ATTEMPTS = Path(__file__).with_name("measured_attempts.py")
_TOOK = r"attempt {} took (-?\d+) gap (\d+) end"
_SETTLE_S = 0.3  # after processes go on
_BUSY_S = 20.0
_TICK_HZ = os.sysconf("SC_CLK_TCK")
# An update of the page is all that changes within 50 ms: NiceGUI sends it in pieces.
_COUNT_UPDATES = """() => {
  window.labUpdates = [];
  new MutationObserver(() => {
    const now = performance.now();
    if (now - (labUpdates.at(-1) ?? -1000) > 50) labUpdates.push(now);
  }).observe(document.body, {subtree: true, childList: true, characterData: true,
                             attributes: true});
}"""
_NOTE_CHANGE = """name => {
  const button = [...document.querySelectorAll("button")].find(b => b.innerText.includes(name));
  const before = button.getAttribute("aria-pressed");
  window.labChanged = new Promise(resolve => new MutationObserver(() => {
    if (button.getAttribute("aria-pressed") !== before) resolve(Date.now());
  }).observe(button, {attributes: true}));
}"""


def _say(what: str, values: list[float], unit: str, bar: str = "") -> None:
    tenths = statistics.quantiles(values, n=10, method="inclusive")
    print(f"{what}: median {tenths[4]:.3g} {unit}, 80 % of {tenths[0]:.3g} to {tenths[8]:.3g}, "
          f"all of {min(values):.3g} to {max(values):.3g}, n={len(values)}"
          f"{f' (bar: {bar})' if bar else ''}", flush=True)  # fmt: skip


class Bench:
    """What all measurements share."""

    def __init__(self, browser: Browser, folder: Path) -> None:
        self.browser = browser
        self._folder = folder
        self._count = 0

    @contextlib.contextmanager
    def lab(self, *arguments: str) -> Iterator[Lab]:
        """A lab of its own."""
        self._count += 1
        with Lab(self._folder / f"{self._count}.log", *arguments) as lab:
            yield lab

    @contextlib.contextmanager
    def page(self, lab: Lab) -> Iterator[LabPage]:
        """A page of a lab."""
        with self.browser.new_context(viewport={"width": 1280, "height": 900}) as context:
            yield LabPage(context, lab)


def first_connection(bench: Bench, count: int) -> None:
    """From the command to the first CONNECTED on the page, with a browser that runs."""
    taken = []
    for _ in range(count):
        began = time.monotonic()
        with bench.lab() as lab, bench.page(lab) as page:
            page.run()
            expect(page.attempts.first).to_contain_text("SERVER_CONNECTED")
            taken.append(time.monotonic() - began)
    _say("command to the first CONNECTED", taken, "s", "15 s")


# -- attempts with a page, and without a lab


class _OnThePage:
    """The board of a lab whose page is open."""

    def __init__(self, lab: Lab, page: LabPage, browser: int) -> None:
        self._lab, self._page, self._browser = lab, page, browser
        page.run(_ATTEMPTS.read_text(encoding="utf-8"))

    def attempt(self, number: int) -> tuple[int, int]:
        """Time to CONNACK and longest gap, in us."""
        self._page.type(f"attempt({number})\r")
        pattern = re.compile(_TOOK.format(number))
        expect(self._page.terminal).to_contain_text(pattern)
        return _numbers(pattern.search(self._page.terminal.inner_text()))

    @contextlib.contextmanager
    def stopped(self) -> Iterator[None]:
        """As if there were neither lab nor browser."""
        self._signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        for pid in self._lab.processes():
            os.kill(pid, number)
        os.killpg(self._browser, number)
        time.sleep(_SETTLE_S)


class _Alone:
    """A board in its bench, as the lab has it, without the lab."""

    def __init__(self, console: Console) -> None:
        self._console = console
        console.run(_ATTEMPTS.read_text(encoding="utf-8"))
        console.leave()

    def attempt(self, number: int) -> tuple[int, int]:
        """The same."""
        self._console.write(f"attempt({number})\r".encode())
        said = self._console.expect(b" end", LIMIT_S).decode() + " end"
        return _numbers(re.search(_TOOK.format(number), said))


def _numbers(found: re.Match[str] | None) -> tuple[int, int]:
    assert found is not None
    took_us, gap_us = map(int, found.groups())
    if took_us < 0:
        raise Problem("An attempt has failed.", "the bench has no fault.", "measure again.")
    return took_us, gap_us


def attempts(bench: Bench, count: int) -> None:
    """In turns: a board of a lab with an open page, and one without a lab."""
    built = prepare(Report())
    pairs = []
    with (
        boards_in_bench(built, 1) as (world, (board,)),
        Console(board.console) as console,
        bench.lab() as lab,
        bench.page(lab) as page,
    ):
        console.enter()
        configure(world, console)
        alone = _Alone(console)
        shown = _OnThePage(lab, page, chromium.processes(bench.browser)[0])
        for number in range(count + 1):
            turns = []
            for is_shown in (True, False) if number % 2 else (False, True):
                with contextlib.nullcontext() if is_shown else shown.stopped():
                    turns.append(((shown if is_shown else alone).attempt(number), is_shown))
            if number:  # the first ones set the clock
                by_kind = {is_shown: answer for answer, is_shown in turns}
                pairs.append((by_kind[True], by_kind[False]))
    _say("CONNACK with a page", [p[0][0] / 1000 for p in pairs], "ms")
    _say("CONNACK without a lab", [p[1][0] / 1000 for p in pairs], "ms")
    _say("difference of pairs", [100 * (p[0][0] / p[1][0] - 1) for p in pairs], "%", "5 %")
    _say("longest gap with a page", [p[0][1] / 1000 for p in pairs], "ms")
    _say("longest gap without a lab", [p[1][1] / 1000 for p in pairs], "ms")
    _say("difference of gaps", [(p[0][1] - p[1][1]) / 1000 for p in pairs], "ms")


# -- eight boards, two browsers


def _cpu_s(pids: list[int]) -> float:
    """User and system time of processes. One that has ended counts as 0."""
    total = 0.0
    for pid in pids:
        with contextlib.suppress(OSError):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            total += (int(fields[11]) + int(fields[12])) / _TICK_HZ
    return total


def eight_boards(bench: Bench) -> None:
    """How often the page changes while eight boards connect again and again."""
    script = f"{_ATTEMPTS.read_text(encoding='utf-8')}while True:\n    attempt(0)\n"
    with bench.lab("--boards", "8") as lab, bench.page(lab) as page:
        for number in range(1, 9):
            page.choose_board(number)
            page.run(script)
            expect(page.attempts.first).to_be_visible()
        groups = {"the lab": [lab.pid], "it and its bench": lab.processes(),
                  "the browser": chromium.processes(bench.browser)}  # fmt: skip
        page.page.evaluate(_COUNT_UPDATES)
        began = time.monotonic()
        before = {name: _cpu_s(pids) for name, pids in groups.items()}
        page.page.wait_for_timeout(1000 * _BUSY_S)
        lasted = time.monotonic() - began
        used = {name: _cpu_s(pids) - before[name] for name, pids in groups.items()}
        times = page.page.evaluate("labUpdates")
    _say("8 boards that connect all the time: between two updates",
         [b - a for a, b in zip(times, times[1:], strict=False)], "ms", "200 ms")  # fmt: skip
    print(f"updates: {len(times) / lasted:.2f} a second over {lasted:.0f} s", flush=True)
    for name, seconds in used.items():
        print(f"CPU of {name}: {100 * seconds / lasted:.0f} % of a core", flush=True)


def _wait_until_same(one: LabPage, other: LabPage) -> None:
    wait_until(lambda: one.state() == other.state(), "both pages show the same")


def two_browsers(bench: Bench, count: int) -> None:
    """From a press in one page until two pages show the fault."""
    taken = []
    with bench.lab() as lab, bench.page(lab) as one, bench.page(lab) as other:
        for _ in range(count):
            for page in (one, other):
                page.page.evaluate(_NOTE_CHANGE, "cable out")
            began_ms = one.page.evaluate("Date.now()")
            one.press("cable out")
            shown = [page.page.evaluate("labChanged") for page in (one, other)]
            taken.append(max(shown) - began_ms)
            _wait_until_same(one, other)
    _say("a press until both pages show the fault", taken, "ms")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parts = {
        "first": lambda bench: first_connection(bench, 5),
        "attempts": lambda bench: attempts(bench, 60),
        "boards": eight_boards,
        "browsers": lambda bench: two_browsers(bench, 20),
    }
    parser.add_argument("--only", choices=parts, action="append", help="may be repeated")
    options = parser.parse_args()
    if chromium.program() is None:
        raise Problem(chromium.MISSING, "the page is measured in one.", "install it.")
    with (
        tempfile.TemporaryDirectory() as folder,
        sync_playwright() as driver,
        chromium.launched(driver) as browser,
    ):
        bench = Bench(browser, Path(folder))
        for name in options.only or parts:
            load = os.getloadavg()[0]
            print(f"-- {name} (load {load:.1f}, {os.cpu_count()} cores)", flush=True)
            parts[name](bench)
    return 0


if __name__ == "__main__":
    exit_with(main)
