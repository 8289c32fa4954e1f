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
from pages import LabPage
from playwright.sync_api import Error, sync_playwright

LOGS = ROOT / "build" / "logs" / "lab"
_PAGES = pytest.StashKey[list[LabPage]]()

# A shell starts a background job with Ctrl-C ignored, and all that the job starts inherits that.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session", autouse=True)
def logs() -> Path:
    """The folder of all logs and pictures, empty at the start."""
    shutil.rmtree(LOGS, ignore_errors=True)
    LOGS.mkdir(parents=True)
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
def lab(logs):
    """The lab of all tests that do not end theirs."""
    with Lab(logs / "lab.log") as found:
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
def open_page(request, browser):
    """Opens a page of a lab. A page that has complained fails its test."""
    pages = request.node.stash.setdefault(_PAGES, [])
    with contextlib.ExitStack() as contexts:

        def open_in(lab: Lab, **settings) -> LabPage:
            context = contexts.enter_context(browser.new_context(**settings))
            pages.append(LabPage(context, lab))
            return pages[-1]

        yield open_in
    assert not [text for page in pages for text in page.complaints]


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
    if report.when == "call" and report.failed:
        for number, page in enumerate(item.stash.get(_PAGES, [])):
            file = LOGS / f"{_name(item)}-{number}.png"
            try:
                page.page.screenshot(path=file, full_page=True, timeout=10000)
                said = "\n".join(page.complaints) or "no complaint"
            except Error as error:
                said = f"no picture: {error}"
            report.sections.append((f"page {number}: {file}", said))
    return report
