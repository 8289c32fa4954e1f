# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""What the page does in the browser itself, without a bench behind it."""

import contextlib
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from held import Held
from labs import LIMIT_S, wait_until
from pages import watch
from playwright.sync_api import BrowserContext, Locator, Page, expect


@pytest.fixture(scope="module")
def served():
    """The program that serves the page, and its link."""
    program = Path(__file__).with_name("stand_in.py")
    process = subprocess.Popen([sys.executable, str(program)], stdout=subprocess.PIPE, text=True)
    with process:
        assert process.stdout is not None
        yield process, process.stdout.readline().strip()
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        assert process.wait(LIMIT_S) == 0


@pytest.fixture(scope="module")
def pages(served, browser):
    """Two pages, for the tests that leave a page as usable as it was."""
    complaints: list[str] = []
    with contextlib.ExitStack() as stack:
        contexts = [stack.enter_context(browser.new_context()) for _ in range(2)]
        for context in contexts:
            watch(context, complaints)
        yield [opened(context, served[1]) for context in contexts]
    assert not complaints


@pytest.fixture
def page(pages):
    """One of them."""
    return pages[0]


@pytest.fixture
def open_page(served, new_context):
    """Opens a page of its own profile."""
    return lambda **settings: opened(new_context(**settings), served[1])


def opened(context: BrowserContext, url: str) -> Page:
    page = context.new_page()
    page.goto(url)
    takes_keys(page)
    return page


def takes_keys(page: Page) -> None:
    """Waits until the page has started, and its connection stands."""
    page.locator(".lab-terminal > :not(.lab-deaf)").wait_for()
    expect(editor(page)).to_be_visible()


def editor(page: Page) -> Locator:
    return page.get_by_role("textbox", name=re.compile("^Script"))


def terminal(page: Page) -> Locator:
    return page.locator(".xterm-rows")


def keys(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Terminal input")


def test_tab_goes_to_the_board_until_escape_is_pressed(page):
    keys(page).press("Tab")
    expect(terminal(page)).to_contain_text("<09>")
    expect(keys(page)).to_be_focused()
    keys(page).press("Escape")
    keys(page).press("Tab")
    expect(keys(page)).not_to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(keys(page)).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(page.get_by_role("button", name="Ctrl-D")).to_be_focused()
    keys(page).press("Escape")
    keys(page).press("Escape")
    expect(terminal(page)).to_contain_text("<1b>")
    keys(page).press("a")
    keys(page).press("Tab")
    expect(terminal(page)).to_contain_text("<61><09>")


def test_what_has_the_focus_can_be_seen(page):
    button = page.get_by_role("button", name="EN reset")
    page.get_by_role("button", name="Soft reset").focus()
    expect(button).to_have_css("box-shadow", "none")
    page.keyboard.press("Tab")
    expect(button).to_be_focused()
    expect(button).not_to_have_css("box-shadow", "none")


def test_escape_and_tab_leave_the_editor(page):
    editor(page).press("Tab")
    expect(editor(page)).to_be_focused()
    editor(page).press("Escape")
    editor(page).press("Tab")
    expect(editor(page)).not_to_be_focused()


def test_the_terminals_hint_is_told_to_a_screen_reader(page):
    expect(keys(page)).to_have_accessible_description(
        "Keys go to the board, Tab too. To leave: Esc, then Tab."
    )


def test_nothing_is_wider_than_the_screen_and_a_finger_finds_every_button(open_page):
    page = open_page(viewport={"width": 390, "height": 844})
    page.get_by_role("button", name="All faults", exact=True).click()
    expect(page.get_by_role("tabpanel")).to_be_visible()
    small = page.evaluate(
        "[...document.querySelectorAll('button, [role=tab], .q-slider, .q-field__control')]"
        ".filter(e => e.offsetParent && e.getBoundingClientRect().height < 40)"
        ".map(e => e.outerHTML.slice(0, 120))"
    )
    assert small == []
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth") == width
        right = "document.querySelector('.xterm-screen').getBoundingClientRect().right"
        page.wait_for_function(f"{right} <= {width} && {right} > {width} - 100")


def test_ctrl_enter_runs_what_stands_in_the_editor(page):
    editor(page).fill("print(1)")
    page.keyboard.type("+2")
    page.keyboard.press("Control+Enter+Enter+Enter")  # it is held
    page.keyboard.type("3")
    page.keyboard.press("Control+Enter")
    expect(events(page)).to_contain_text("run_script (0, 'print(1)+23')")
    assert events(page).inner_text().count("run_script (0, 'print(1)+2')") == 1


def test_text_that_is_typed_comes_to_the_other_page_and_stays_where_it_is_typed(pages):
    here, there = pages
    editor(here).fill("")
    expect(editor(there)).to_have_text("")
    editor(here).press_sequentially("for each in range(10): print(each, 'is typed')", delay=20)
    expect(editor(there)).to_have_text("for each in range(10): print(each, 'is typed')")
    expect(editor(here)).to_have_text("for each in range(10): print(each, 'is typed')")


def test_two_pages_that_type_at_once_agree_in_the_end(pages):
    here, there = pages
    for number in range(20):
        editor(here).press_sequentially(f"a{number}")
        editor(there).press_sequentially(f"b{number}")
    last = re.compile("a19|b19")
    expect(editor(here)).to_contain_text(last)
    # The later one wins, and no text is a mixture of both.
    wait_until(lambda: editor(here).inner_text() == editor(there).inner_text(), "they agree")
    expect(editor(here)).to_contain_text(last)


def test_text_that_was_typed_before_the_page_was_ready_is_not_lost(open_page, pages):
    page = open_page()
    # The page comes again, but page.js is started later.
    page.add_init_script("Object.defineProperty(window, 'lab', {set(lab) {"
                         "const start = lab.start;"
                         "lab.start = (...ids) => setTimeout(() => start(...ids), 1500);"
                         "this.labLater = lab}, get() {return this.labLater}})")  # fmt: skip
    page.reload()
    editor(page).fill("typed early")
    expect(editor(pages[1])).to_have_text("typed early")


def test_text_that_was_typed_without_a_connection_is_there_after_a_reload(open_page, pages):
    page = open_page()
    page.evaluate("socket.disconnect()")
    editor(page).fill("typed alone")
    page.wait_for_function("sessionStorage.getItem('lab-script') === 'typed alone'")
    page.reload()
    expect(editor(page)).to_have_text("typed alone")
    expect(editor(pages[1])).to_have_text("typed alone")
    page.reload()
    expect(editor(page)).to_have_text("typed alone")
    assert page.evaluate("sessionStorage.getItem('lab-script')") is None


def test_a_connection_that_comes_back_sends_what_was_typed(pages):
    page, other = pages
    page.evaluate("socket.disconnect()")
    expect(page.get_by_text("The lab does not answer.")).to_be_visible()
    editor(page).fill("typed between")
    page.wait_for_function("sessionStorage.getItem('lab-script') === 'typed between'")
    page.evaluate("socket.connect()")
    expect(page.get_by_text("The lab does not answer.")).to_be_hidden()
    expect(editor(other)).to_have_text("typed between")
    expect(editor(page)).to_have_text("typed between")


@pytest.fixture
def held(served, new_context):
    """Such a page."""
    return Held(new_context(), served[1])


def events(page: Page) -> Locator:
    return page.get_by_role("log", name="Events")


def test_what_is_pressed_before_the_connection_stands_is_not_taken(held):
    page = held.page
    for what in (".xterm", "text=SIM out", "[aria-label=topic]"):
        page.locator(what).click(force=True)
        page.keyboard.type("early ")
    expect(page.locator(".lab-head")).to_have_css("opacity", "0.5")
    held.connect()
    takes_keys(page)
    page.get_by_role("button", name="DNS silent").click()
    keys(page).press_sequentially("0123")
    expect(terminal(page)).to_contain_text("<30><31><32><33>")
    assert "<65>" not in terminal(page).inner_text()  # an e
    expect(events(page)).to_contain_text("fault: dns-drop")
    assert "modem-sim" not in events(page).inner_text()
    expect(page.get_by_label("topic")).not_to_have_value(re.compile("early"))
    page.get_by_role("button", name="DNS silent").click()
    expect(page.locator(".lab-head")).to_have_css("opacity", "1")


def test_what_is_typed_and_run_before_the_connection_stands_is_run_then(held):
    page = held.page
    page.locator(".cm-content").fill("print('early')")
    page.keyboard.press("Control+Enter")
    held.connect()
    expect(events(page)).to_contain_text("run_script (0, \"print('early')\")")


def test_without_a_connection_the_terminal_takes_no_keys_and_what_is_pressed_waits(held):
    page = held.page
    held.connect()
    takes_keys(page)
    keys(page).press("b")
    expect(terminal(page)).to_contain_text("<62>")
    held.lose()
    expect(page.get_by_text("the terminal takes no keys")).to_be_visible()
    keys(page).press_sequentially("lost")
    expect(page.locator(".lab-deaf")).to_have_css("opacity", "0.5")
    keys(page).press("Tab")
    expect(keys(page)).not_to_be_focused()
    for name in ("Soft reset", "EN reset") * 2:
        page.get_by_role("button", name=name).click()
    held.connect()
    expect(page.get_by_text("the terminal takes no keys")).to_be_hidden()
    takes_keys(page)
    keys(page).press("c")
    expect(terminal(page)).to_contain_text("<63>")
    assert "<6c>" not in terminal(page).inner_text()  # an l
    orders = re.findall("soft_reset|press_en", events(page).inner_text())
    assert orders[:4] == ["press_en", "soft_reset"] * 2, "the newest first"


def brightness(page: Page, selector: str, of: str = "backgroundColor") -> int:
    """Of a colour of an element, 0 to 255."""
    return page.locator(selector).evaluate(
        f"e => parseInt(getComputedStyle(e).{of}.match(/\\d+/)[0])"
    )


def test_the_theme_is_the_systems_and_that_of_a_button(open_page):
    page = open_page(color_scheme="dark")
    page.wait_for_function("document.body.classList.contains('body--dark')")
    assert brightness(page, "body") < 64 and brightness(page, ".cm-editor") < 64
    assert brightness(page, ".xterm-rows", "color") > 192
    page.get_by_role("button", name="Theme: system").click()
    page.get_by_role("button", name="Theme: light").wait_for()
    page.wait_for_function("document.body.classList.contains('body--light')")
    assert brightness(page, "body") > 192 and brightness(page, ".cm-editor") > 192
    assert brightness(page, ".xterm-rows", "color") < 64


def test_a_place_of_the_map_opens_its_faults(page):
    page.locator(".lab-map [data-part=dns]").first.click()
    expect(page.get_by_role("tabpanel", name="Faults of DNS")).to_be_in_viewport()


def place(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=re.compile(f"^{name}: "))


def change(page: Page, fault: str) -> None:
    """Makes a fault of the part that is shown, and leaves the focus where it is."""
    panel = page.get_by_role("tabpanel")
    panel.get_by_role("button", name=fault, exact=True).evaluate("button => button.click()")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_keys_press_a_place_of_the_map_and_it_keeps_the_focus_when_the_map_is_drawn_again(
    open_page, scheme
):
    page = open_page(color_scheme=scheme)
    unseen = place(page, "SNTP").locator(".map-box").evaluate("e => getComputedStyle(e).stroke")
    place(page, "DNS").focus()
    for key, name in (("Enter", "SNTP"), ("Space", "proxy")):
        page.keyboard.press("Tab")
        expect(place(page, name)).to_be_focused()
        page.keyboard.press(key)
        expect(page.get_by_role("tabpanel", name=f"Faults of {name}")).to_be_in_viewport()
        scrolls = "e => e.dispatchEvent(new KeyboardEvent('keydown', {key: ' ', repeat: true, "
        assert not place(page, name).evaluate(scrolls + "bubbles: true, cancelable: true}))")
    for fault, state in (("stop", "off"), ("start", "up")):
        change(page, fault)
        expect(place(page, "proxy")).to_have_accessible_name(re.compile(f"^proxy: {state}"))
        expect(place(page, "proxy")).to_be_focused()
        ring = page.locator(".lab-map [data-part=proxy]:focus-visible .map-box")
        assert ring.evaluate("e => getComputedStyle(e).stroke") != unseen
        assert ring.evaluate("e => getComputedStyle(e).strokeWidth") == "4px"
    button = page.get_by_role("tabpanel").get_by_role("button", name="stop", exact=True)
    button.press("Enter")
    expect(place(page, "proxy")).to_have_accessible_name(re.compile("^proxy: off"))
    expect(button).to_be_focused()
    button.press("Enter")
    expect(place(page, "proxy")).to_have_accessible_name(re.compile("^proxy: up"))


def nameless(page: Page) -> list[str]:
    """What the keyboard reaches, and a screen reader has no name for."""
    session = page.context.new_cdp_session(page)
    found = []
    for node in session.send("Accessibility.getFullAXTree")["nodes"]:
        known = {each["name"]: each["value"].get("value") for each in node.get("properties", ())}
        if not known.get("focusable") or node.get("name", {}).get("value", "").strip():
            continue
        element = {"backendNodeId": node["backendDOMNodeId"]}
        html = session.send("DOM.getOuterHTML", element)["outerHTML"].partition(">")[0]
        if 'tabindex="-1"' not in html:
            found.append(f"{node['role']['value']}: {html}")
    session.detach()
    return found


def test_all_that_the_keyboard_reaches_has_a_name(open_page):
    page = open_page()
    editor(page).fill("print('mine')")
    page.get_by_role("button", name="Record", exact=True).click()
    expect(page.get_by_role("button", name="Save as a test")).to_be_visible()
    page.get_by_role("button", name="All faults", exact=True).click()
    found = nameless(page)
    for tab in page.get_by_role("tab").all():
        tab.click()
        part = (tab.text_content() or "").partition(" · ")[0]
        expect(page.get_by_role("tabpanel", name=f"Faults of {part}", exact=True)).to_be_visible()
        expect(page.locator(".q-slider[role]")).to_have_count(0)  # page.js moves it
        found += nameless(page)
    page.get_by_role("button", name="Examples").click()
    example = page.get_by_role("menuitem").first
    expect(example).to_be_visible()
    found += nameless(page)
    example.click()
    keep = page.get_by_role("button", name="Keep mine")
    expect(keep).to_be_visible()
    found += nameless(page)
    keep.click()
    assert sorted(set(found)) == []


def test_a_slider_says_its_name_and_its_value_where_the_focus_is(page):
    place(page, "DNS").click()
    slider = page.get_by_role("tabpanel").locator("[role=slider][tabindex='0']")
    expect(slider).to_have_accessible_name("DNS, dns-delay: delay DNS answers, ms")
    slider.press("ArrowRight")
    expect(slider).to_be_focused()
    expect(slider).to_have_attribute("aria-valuenow", "50")
    expect(page.get_by_text("50 ms (normal 0)")).to_be_visible()
    slider.press("ArrowLeft")
    expect(slider).to_have_attribute("aria-valuenow", "0")


def test_the_help_goes_and_stays_away(open_page):
    page = open_page()
    page.get_by_role("button", name="Got it").click()
    expect(page.get_by_text("Run the script.", exact=True)).to_be_hidden()
    page.reload()
    page.get_by_role("button", name="Help").wait_for()
    expect(page.get_by_text("Run the script.", exact=True)).to_be_hidden()
    page.get_by_role("button", name="Help").click()
    expect(page.get_by_text("Run the script.", exact=True)).to_be_visible()


def test_an_open_page_says_that_the_lab_has_ended(page, served):
    served[0].send_signal(signal.SIGINT)
    expect(page.get_by_text("The lab has ended.")).to_be_visible()
    assert served[0].wait(LIMIT_S) == 0
