# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Fixtures: a lab, and pages of it in Chromium. What a failure leaves is in build/logs/lab."""

import contextlib
import itertools
import re
import shutil
import signal
from pathlib import Path

import chromium
import pytest
from labs import ROOT, Lab
from pages import LabPage, watch
from playwright.sync_api import BrowserContext, Error, sync_playwright

LOGS = ROOT / "build" / "logs" / "lab"
# The profiles of a test, and what their pages have complained of.
_CONTEXTS = pytest.StashKey[tuple[list[BrowserContext], list[str]]]()

# A shell starts a background job with Ctrl-C ignored, and all that the job starts inherits that.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_configure(config):
    """Empties the folder of logs, before the first worker."""
    if not hasattr(config, "workerinput"):
        shutil.rmtree(LOGS, ignore_errors=True)
        LOGS.mkdir(parents=True)


@pytest.fixture(scope="session")
def logs() -> Path:
    """The folder of all logs and pictures."""
    return LOGS


@pytest.fixture(scope="session")
def playwright():
    """The driver, which starts browsers."""
    if chromium.program() is None:
        pytest.skip(chromium.MISSING)
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def browser(playwright):
    """The browser of all tests that do not end theirs."""
    with chromium.launched(playwright) as found:
        yield found


@pytest.fixture(scope="session")
def lab(logs, worker_id):
    """The lab of all tests that do not end theirs."""
    with Lab(logs / f"lab-{worker_id}.log") as found:
        yield found
    assert "Traceback" not in found.output


@pytest.fixture
def start_lab(logs, request):
    """Starts a lab of the test's own, with these arguments."""
    with contextlib.ExitStack() as labs:
        logged = (logs / f"{_name(request.node)}-{number}.log" for number in itertools.count())
        yield lambda *arguments: labs.enter_context(Lab(next(logged), *arguments))
    for log in logs.glob(f"{_name(request.node)}-*.log"):
        assert "Traceback" not in log.read_text()


@pytest.fixture
def new_context(request, browser):
    """Opens profiles of the browser. What a page in one of them complains of fails the test."""
    complaints: list[str] = []
    with contextlib.ExitStack() as stack:
        opened = request.node.stash.setdefault(_CONTEXTS, ([], complaints))[0]

        def open_one(**settings) -> BrowserContext:
            opened.append(stack.enter_context(browser.new_context(**settings)))
            watch(opened[-1], complaints)
            return opened[-1]

        yield open_one
    assert not complaints


@pytest.fixture
def open_page(new_context):
    """Opens a page of a lab, in a profile of its own."""
    return lambda lab, **settings: LabPage(new_context(**settings), lab)


@pytest.fixture
def page(lab, open_page):
    """A page of the lab of all tests, with a session over Ethernet and no fault."""
    found = open_page(lab)
    found.connects()
    return found


def _name(item: pytest.Item) -> str:
    return re.sub(r"[^\w-]+", "-", item.name)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """A failure keeps a picture of each page, and what its browser has said."""
    report = yield
    if report.when != "teardown" and report.failed:
        contexts, complaints = item.stash.get(_CONTEXTS, ([], []))
        pages = [page for context in contexts for page in context.pages]
        for number, page in enumerate(pages):
            file = LOGS / f"{_name(item)}-{number}.png"
            with contextlib.suppress(Error):  # of a page whose browser has gone
                page.screenshot(path=file, full_page=True, timeout=10000)
            report.sections.append((f"page {number}", str(file)))
        if complaints:
            report.sections.append(("the browser has said", "\n".join(complaints)))
    return report
