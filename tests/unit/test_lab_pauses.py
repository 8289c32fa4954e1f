# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The lab's plot of pauses."""

import re
from dataclasses import replace

import pytest
from lab.drawing.pauses import columns, html, longest_in_attempt, windows
from lab.model import BoardView
from lab.model.attempts import AttemptView

END_S = 1000.0
SPACE = "\N{NO-BREAK SPACE}"


def gaps(*longest_us, end_s=END_S):
    """Windows of 50 ms, the last of which ends at end_s."""
    count = len(longest_us)
    return [(end_s - (count - 1 - at) * 0.05, us) for at, us in enumerate(longest_us)]


def board(measured, *attempts, power="on"):
    return BoardView("board", "virtual", power, "", "", None, list(attempts), measured)


def attempt(began_s, ms, interface="wl0"):
    return AttemptView(interface, (), ms, None, "SERVER_CONNECTED", None, False, True, began_s)


def numbers(text):
    return re.findall(r'class="pause-number" style="left:([\d.]+)%">▲ ([^<]*)<', text)


def test_board_that_does_not_measure_and_one_that_has_not_yet():
    assert "The board does not measure." in html(board(None))
    assert "Nothing is measured yet." in html(board([]))


def test_windows_stand_at_their_times():
    assert columns(tuple(gaps(1000, 2000, 3000))) == [
        (597, 598, 1000), (598, 599, 2000), (599, 600, 3000)
    ]  # fmt: skip
    assert windows(tuple(gaps(1000, 5000))).area == "M598 100V90H599V50H600V100"


def test_windows_keep_their_shape_as_time_goes_on():
    before = columns(tuple(gaps(1000, 2000, 3000, end_s=END_S + 0.013)))
    later = [*gaps(1000, 2000, 3000, end_s=END_S + 0.013), (END_S + 0.3, 500)]
    moved = columns(tuple(later))[:3]
    steps = {(old[0] - new[0], old[1] - new[1]) for old, new in zip(before, moved, strict=True)}
    assert len(steps) == 1


def test_what_is_older_than_30_s_is_not_shown():
    shown = columns(tuple(gaps(*range(1200))))
    assert len(shown) == 600 and shown[0] == (0, 1, 600)
    assert f"Longest pause in 30 s: 1.2{SPACE}ms" in html(board(gaps(*[9000] * 60, *[1200] * 600)))


def test_clock_of_the_notes_may_jitter_and_a_hole_is_one():
    jitter = columns(((END_S - 0.15, 1), (END_S - 0.08, 2), (END_S, 3)))
    assert [begin for begin, _, _ in jitter][1:] == [end for _, end, _ in jitter][:-1]
    area = windows(((END_S - 5, 1000), (END_S, 1000))).area
    assert area == "M499 100V90H500V100M599 100V90H600V100"


@pytest.mark.parametrize(("us", "kept"), [(5000, True), (5001, False)])
def test_promise_is_told_in_words_and_a_mark(us, kept):
    text = html(board(gaps(1000, us)))
    assert ("✓ within the promise of 5 ms" in text) == kept
    assert ("✗ over the promise of 5 ms" in text) != kept
    assert ('class="pause-over" d=""' in text) == kept
    assert "promise<br>5 ms" in text
    assert "this machine" not in html(replace(board(gaps(us)), kind="real"))


def test_what_is_above_the_axis_is_cut_off_and_has_its_number():
    text = html(board(gaps(*[1000] * 300, 31400, *[1000] * 299)))
    assert numbers(text) == [("50.2", "31.4")]
    assert "V0H" in text and f"31.4{SPACE}ms" in text
    assert numbers(html(board(gaps(10000)))) == []
    assert numbers(html(board(gaps(12345678)))) == [("92.5", "12346")]


def test_numbers_do_not_stand_on_each_other():
    many = numbers(html(board(gaps(*range(20000, 20600)))))
    at = sorted(float(left) for left, _ in many)
    assert 4 <= len(many) <= 6 and many[0][1] == "20.6"
    assert all(later - earlier >= 14.9 for earlier, later in zip(at, at[1:], strict=False))
    assert 7 <= at[0] and at[-1] <= 93


def test_attempts_are_bands_with_a_name_where_there_is_room():
    text = html(board(gaps(1000), attempt(END_S - 10, 3000), attempt(END_S - 10.5, 300, "eth0"),
                      attempt(END_S - 20, 100, "cell0"), attempt(END_S - 40, 1000)))  # fmt: skip
    bands = re.findall(r'<rect x="([\d.]+)" width="([\d.]+)"', text)
    assert bands == [("400.0", "60.0"), ("390.0", "6.0"), ("200.0", "2.0")]
    names = re.findall(r'class="pause-name" style="left:([\d.]+)%">(\w+)<', text)
    assert names == [("66.7", "wl0"), ("33.3", "cell0")]


def test_longest_pause_of_the_last_attempt():
    measured = gaps(9000, *[1000] * 20, 3100, *[1000] * 19, 8000)
    text = html(board(measured, attempt(END_S - 1.5, 1000), attempt(END_S - 3, 1500)))
    assert f"in 30 s: 9.0{SPACE}ms; in the last attempt:{SPACE}3.1{SPACE}ms" in text
    assert longest_in_attempt(board(measured)) is None
    assert longest_in_attempt(board(measured, attempt(END_S - 100, 500))) is None
    assert f"last attempt:{SPACE}–" in html(board(measured))


@pytest.mark.parametrize("power", ["off", "crashed"])
def test_board_without_power_is_told(power):
    text = html(board(gaps(1000), power=power))
    assert f"The board is {power}: the plot stands still." in text and "✓" not in text


def test_texts_are_escaped():
    text = html(board(gaps(1000), attempt(END_S - 1, 500, "<img onerror=x>")))
    assert "<img" not in text and "&lt;img" in text


def test_nothing_is_outside_the_plot():
    times = [
        END_S - 59,
        END_S - 45,
        END_S - 30,
        END_S - 7.77,
        END_S - 7.77,
        END_S - 8,
        END_S - 0.01,
        END_S,
    ]
    measured = [
        (at, us) for at, us in zip(times, (0, 10**9, 10, 3, 10**7, 4999, 0, 12000), strict=True)
    ]
    text = html(board(measured, attempt(END_S - 0.01, 10**9), attempt(END_S - 31, 1500),
                      attempt(END_S - 100, 10**12), attempt(END_S + 5, 10)))  # fmt: skip
    for path in re.findall(r' d="([^"]*)"', text):
        for command, x, y in re.findall(r"([MVH])(\d+)(?: (\d+))?", path):
            assert 0 <= int(x) <= (100 if command == "V" else 600) and int(y or 0) <= 100
    assert "-" not in "".join(re.findall(r' d="([^"]*)"', text))
    bands = [
        tuple(map(float, band)) for band in re.findall(r'x="([\d.]+)" width="([\d.]+)"', text)
    ]
    assert len(bands) == 3 and all(x >= 0 and x + width <= 600 for x, width in bands)
    assert all(float(left) <= 100 for left in re.findall(r"left:([\d.]+)%", text))


def test_windows_are_drawn_once_for_all_pages():
    first = board(gaps(*range(600)))
    windows.cache_clear()
    html(first), html(replace(first, gaps=list(first.gaps)))
    assert windows.cache_info().misses == 1


def test_waits_of_the_computer_are_told_apart():
    measured = gaps(1000, 80_000, 1000, 6000, 1000)
    waits = [(END_S - 1.2, 90_000), (END_S - 0.1, 77_000), (END_S, 0)]
    told = html(replace(board(measured), waits=waits))
    assert "waits of this computer" in told and f"77.0{SPACE}ms" in told
    assert "over the promise" not in told and 'class="pause-over" d=""' in told
    early = [(END_S - 1.2, 90_000), (END_S, 1000)]
    told = html(replace(board(measured), waits=early))
    assert "over the promise" in told and "this computer" not in told


def test_wait_that_does_not_account_for_the_whole_pause_leaves_it_broken():
    told = html(replace(board(gaps(1000, 80_000)), waits=[(END_S, 74_000)]))
    assert "over the promise" in told
