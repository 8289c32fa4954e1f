# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The lab's map of a snapshot."""

import re
from xml.etree import ElementTree

import pytest
from lab.drawing.map import svg, traffic, words
from lab.drawing.map.layout import LAYOUTS
from lab.drawing.style import CSS
from lab.model import Lab
from lab.model.board import Modem

from commands import typed_faults

LONG = "abcdefgh" * 30
CHAR_PX = 6.4  # of a text of 12 px
STAGES = [["LINK", 100], ["DIAL", 3], ["TLS", 20], ["SESSION", 9]]
BY_PROXY = [["LINK", 100], ["DIAL", 3], ["PROXY", 9], ["TLS", 20], ["SESSION", 9]]


class Drawn:
    """A lab with one board that has power, and its map."""

    def __init__(self, kind="virtual", name="board"):
        self.lab = Lab(typed_faults.PARTS)
        self.board = self.lab.add_board(name, kind)
        self.board.powered("on")

    def fault(self, *texts):
        shorts = {part: short for short, part in typed_faults.PARTS.items()}
        for text in texts:
            fault = typed_faults.parse(text)
            self.lab.fault(shorts[fault.part], fault.method, fault.text, fault.values)

    def connect(self, interface, stages=STAGES):
        note = {"number": 1, "interface": interface, "stages": stages, "name": "SERVER_CONNECTED"}
        self.board.note({"attempt": note}, 1.0)

    @property
    def view(self):
        return self.lab.snapshot(1.0)

    @property
    def text(self):
        return svg(self.view, self.view.boards[0])

    @property
    def places(self):
        """By part."""
        return {place.part: place for place in words.places(self.view, self.view.boards[0])}

    @property
    def drawings(self):
        """By name: the SVG."""
        return {svg.get("class"): svg for svg in ElementTree.fromstring(self.text)}


@pytest.fixture
def drawn():
    return Drawn()


def place(drawing, part):
    """All words of a place."""
    (group,) = (g for g in drawing.iter("g") if g.get("data-part") == part)
    return [text for text in group.itertext() if text]


def test_places_are_all_there_in_both_drawings(drawn):
    for drawing in drawn.drawings.values():
        parts = [g.get("data-part") for g in drawing.iter("g") if g.get("data-part")]
        assert sorted(parts) == sorted(typed_faults.PARTS)
        assert drawing.get("role") == "group"


def test_each_place_can_be_pressed_by_keys_and_has_its_state_as_its_name(drawn):
    drawn.fault("broker-stop", "ap-set-key=<'\"&>")
    for drawing in drawn.drawings.values():
        for group in (g for g in drawing.iter("g") if g.get("data-part")):
            assert (group.get("role"), group.get("tabindex")) == ("button", "0")
            assert group.get("aria-label") == drawn.places[group.get("data-part")].title


@pytest.mark.parametrize(
    ("fault", "part", "state"),
    [("ap-off", "ap", "off"), ("ap-set-key=x", "ap", "faulty"), ("ap-cable-delay=9", "ap", "slow"),
     ("ethernet-unplug", "ethernet", "cut"), ("broker-stop", "broker", "off"),
     ("dns-drop=drop", "dns", "cut"), ("sntp-delay=5", "sntp", "slow"),
     ("proxy-ask", "proxy", "faulty"), ("modem-deny", "modem", "faulty")],
)  # fmt: skip
def test_state_of_a_line_in_word_dash_and_title(drawn, fault, part, state):
    assert drawn.places[part].line == "ok" and f">{state}<" not in drawn.text
    drawn.fault(fault)
    assert f">{state}</text>" in drawn.text and f"map-is-{state}" in drawn.text
    for drawing in drawn.drawings.values():
        title = place(drawing, part)[0]
        assert state in title and title.endswith(f"faults: {fault}")
        assert title in drawing.get("aria-label")


def test_several_faults_are_counted_and_named_in_the_title(drawn):
    drawn.fault("ap-off", "ap-hide", "ap-rssi=-80")
    title, *texts = place(drawn.drawings["map-wide"], "ap")
    assert "3 faults" in texts and "-80 dBm" in texts
    assert title == "Wi-Fi home: off, -80 dBm, DHCP off; faults: ap-off, ap-hide, ap-rssi=-80"


def test_fault_of_dhcp_is_not_one_of_the_line(drawn):
    drawn.fault("ethernet-dhcp=off", "cafe-spoil-dhcp=nak")
    assert drawn.places["ethernet"].line == "ok"
    assert "DHCP silent" in place(drawn.drawings["map-tall"], "ethernet")
    assert "DHCP spoilt" in place(drawn.drawings["map-wide"], "cafe")
    drawn.fault("ethernet-cable-delay=300")
    assert drawn.places["ethernet"].line == "slow"
    assert not drawn.places["modem"].dhcp


@pytest.mark.parametrize(
    ("interface", "parts"),
    [("wl0", {"ap"}), ("wifi", {"ap"}), ("eth0", {"ethernet"}), ("ethernet", {"ethernet"}),
     *((name, {"modem", "mobile"}) for name in ("cell", "cell0", "cell1"))],
)  # fmt: skip
def test_session_goes_over_its_network_to_the_broker(drawn, interface, parts):
    assert "session" not in drawn.text
    drawn.connect(interface)
    assert {p for p, shown in drawn.places.items() if shown.session} == {*parts, "broker"}
    for drawing in drawn.drawings.values():
        tubes = [path for path in drawing.iter("path") if path.get("class") == "map-tube"]
        assert len(tubes) == 1
        for part in parts:
            told = re.escape(words.name_of(part)) + r": up, (DHCP ok, )?carries the session\."
            assert re.search(told, drawing.get("aria-label"))
    drawn.board.note({"session": None}, 2.0)
    assert "session" not in drawn.text and "map-tube" not in drawn.text


def test_session_over_the_access_point_with_the_link(drawn):
    drawn.connect("wl0")
    drawn.board.traffic({"cafe": False})
    assert {p for p, shown in drawn.places.items() if shown.session} == {"cafe", "broker"}


def test_session_through_the_proxy(drawn):
    drawn.connect("eth0", BY_PROXY)
    assert {p for p, shown in drawn.places.items() if shown.session} == {"ethernet", "proxy"}
    drawn.board.traffic({"ethernet": True, "broker": True})
    assert traffic(drawn.view.boards[0]) == "map-flows-ethernet map-flows-proxy"


@pytest.mark.parametrize("interface", ["", "x", "<b>"])
def test_session_over_what_is_not_on_the_map(drawn, interface):
    drawn.board.note({"session": interface}, 1.0)
    assert "map-tube" not in drawn.text


@pytest.mark.parametrize(
    ("power", "word"), [("on", "power on"), ("off", "power off"), ("crashed", "crashed")]
)
def test_power_in_words_and_the_lines_of_a_board_without(drawn, power, word):
    drawn.board.powered(power)
    assert f">{word}</text>" in drawn.text and f"map-power-{power}" in drawn.text
    lines = {shown.line for part, shown in drawn.places.items() if part in words.NETWORKS}
    assert lines == {"ok" if power == "on" else "off"}
    assert {drawn.places[part].line for part in words.SERVERS} == {"ok"}


def test_modem_and_its_network_in_words(drawn):
    drawn.board.modem(Modem("off", "ready", "registered", "-73 dBm"), [])
    assert drawn.places["modem"].line == drawn.places["mobile"].line == "off"
    assert place(drawn.drawings["map-tall"], "modem")[1:] == ["modem", "off"]
    assert place(drawn.drawings["map-wide"], "mobile")[1:] == ["cellular"]
    drawn.board.modem(Modem("starting", "ready", "none", "unknown"), [])
    assert drawn.places["modem"].line == "ok"
    drawn.board.modem(Modem("on", "ready", "registered", "-73 dBm"), [])
    drawn.fault("mobile-cable-delay=300")
    assert drawn.places["mobile"].line == "slow" and drawn.places["modem"].line == "ok"
    assert drawn.places["modem"].title == "modem: up, on, SIM ready"
    for drawing in drawn.drawings.values():
        assert "on" in place(drawing, "modem") and "slow" in place(drawing, "mobile")[0]
        assert "registered" in " ".join(place(drawing, "mobile"))


def test_what_flows_is_told_by_classes_alone(drawn):
    before = drawn.text
    drawn.board.traffic({"ap": True, "cafe": False, "dns": True, "dhcp": True, "<b>": True})
    assert traffic(drawn.view.boards[0]) == "map-flows-ap map-flows-dns map-flows-dhcp"
    assert drawn.text.count("linked") == before.count("linked") + 12, "places have it thrice"
    for part in typed_faults.PARTS.keys() - {"mobile"}:  # what flows there is the modem's
        assert f".map-flows-{part} .map-flow-{part}" in CSS
        assert f"map-flow-{part}" in before


def test_real_board_has_places_that_are_not_known():
    drawn = Drawn("real", "/dev/ttyUSB0")
    drawn.fault("ap-off")
    drawn.connect("wl0")
    assert {shown.line for shown in drawn.places.values()} == {"unknown"}
    assert "cafe" not in drawn.places and "map-tube" in drawn.text
    assert "ap-off" not in drawn.text and "Wi-Fi: unseen, carries the session" in drawn.text


def test_bench_without_a_part(drawn):
    drawn.lab = Lab({"ap": "wifi.home"})
    drawn.board = drawn.lab.add_board("board")
    drawn.connect("wl0")
    assert list(drawn.places) == ["ap"] and "map-tube" not in drawn.text


def hostile():
    bad = "<img src=x onerror=alert(1)>\"'"
    drawn = Drawn(name=bad)
    drawn.board.note({"boot": 1, "device": bad}, 1.0)
    drawn.connect("wl0")
    drawn.board.note({"session": bad}, 1.0)
    drawn.board.modem(Modem("on", bad, bad, bad), [])
    drawn.lab.fault("ap", "set_key", f"ap-set-key={bad}", (bad,))
    return drawn


def test_texts_are_escaped():
    drawn = hostile()
    assert "<img" not in drawn.text
    assert len(drawn.drawings) == len(LAYOUTS), "it is well-formed"


def points(element):
    """What an element reaches, but for what is moved by a transform, or clipped."""
    if element.tag == "rect":
        x, y, w, h = (float(element.get(name)) for name in ("x", "y", "width", "height"))
        return [(x, y), (x + w, y + h)]
    if element.tag == "path" and "class" in element.attrib and not element.get("transform"):
        numbers = list(map(float, re.findall(r"-?[\d.]+", element.get("d"))))
        return list(zip(numbers[::2], numbers[1::2], strict=True))
    if element.tag != "text":
        return []
    x, y = float(element.get("x")), float(element.get("y"))
    return [(x, y), (x + _beyond(element), y)]


def _beyond(element):
    names = element.get("class", "")
    width = len(element.text) * CHAR_PX
    return width if "map-state" in names or "map-session" in names else 0


def full():
    drawn = Drawn(name=LONG)
    drawn.board.note({"boot": 1, "device": LONG}, 1.0)
    drawn.connect("cell0", BY_PROXY)
    drawn.fault("ap-rssi=-80", "dns-delay=5", f"sntp-offset={LONG}", "broker-stall", "cafe-off")
    drawn.board.modem(Modem("on", LONG, LONG, LONG), [])
    return drawn


@pytest.mark.parametrize("make", [Drawn, full, hostile])
def test_nothing_is_outside_the_drawing(make):
    for layout in LAYOUTS:
        width, height = layout.size
        drawing = make().drawings[f"map-{layout.name}"]
        found = [point for element in drawing.iter() for point in points(element)]
        assert len(found) > 50
        assert [p for p in found if not (0 <= p[0] <= width and 0 <= p[1] <= height)] == []


def test_words_fit_into_their_places():
    drawn = full()
    for layout in LAYOUTS:
        drawing = drawn.drawings[f"map-{layout.name}"]
        longest = max(len(text.text) for text in drawing.iter("text"))
        assert longest * CHAR_PX <= 150


def test_modem_is_that_of_the_board():
    lab = Lab(typed_faults.PARTS)
    for name in ("one", "two"):
        lab.add_board(name).powered("on")
    lab.fault("modem", "deny", "modem-deny", (), 1)
    view = lab.snapshot(1.0)
    made = [
        next(p.made for p in words.places(view, board) if p.part == "modem")
        for board in view.boards
    ]
    assert made == [(), ("modem-deny",)]
