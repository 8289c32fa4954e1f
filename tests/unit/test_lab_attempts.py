# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The lab's drawing of attempts."""

import re

import pytest
from lab.drawing.attempts import STAGES, axis, duration, pieces
from lab.drawing.style import CSS
from lab.model.attempts import ATTEMPTS_KEPT, CONNECTED, AttemptView

WHOLE = tuple((name, 10 * (at + 1)) for at, name in enumerate(STAGES))


def attempt(stages=WHOLE, result=CONNECTED, cause=None, timeout_ms=30000, ms=None):
    took = sum(each for _, each in stages) if ms is None else ms
    return AttemptView("wl0", tuple(stages), took, timeout_ms, result, cause, result is None,
                       result == CONNECTED, 5.0)  # fmt: skip


def html(attempts):
    return "".join(pieces(attempts))


def edges(text):
    """Left and right of each bar, in per cent of the axis."""
    found = re.findall(r"<b [^>]*left:([\d.]+)%;width:([\d.]+)%", text)
    return [(float(left), float(left) + float(width)) for left, width in found]


@pytest.mark.parametrize(
    ("ms", "length", "step"),
    [(0, 500, 100), (229, 500, 100), (500, 500, 100), (501, 1000, 200), (2603, 5000, 1000),
     (6135, 10000, 2000), (30000, 30000, 5000), (60001, 120000, 20000),
     (600001, 1200000, 240000)],
)  # fmt: skip
def test_axis_is_the_shortest_round_one(ms, length, step):
    assert axis([attempt(ms=1, stages=()), attempt(ms=ms, stages=())]) == (length, step)


def test_axis_of_a_running_attempt_grows_in_steps():
    lengths = [axis([attempt((), None, ms=ms)])[0] for ms in range(0, 10000, 200)]
    assert lengths == sorted(lengths) and len(set(lengths)) == 5


def test_all_attempts_share_one_axis_with_ticks():
    text = html([attempt([("LINK", 2000)]), attempt([("LINK", 500), ("TLS", 500)])])
    ticks = re.findall(r'<i style="left:([\d.]+)%">([^<]*)</i>', text)
    assert ticks == [("0", "0"), ("25", "0.5 s"), ("50", "1 s"), ("75", "1.5 s"), ("100", "2 s")]
    assert edges(text) == [(0, 100), (0, 25), (25, 50)]


def test_end_in_mark_and_words():
    good, bad = html([attempt()]), html([attempt([("LINK", 6000)], "NO_WIFI", "wrong key")])
    assert 'class="attempt-good"' in good and "SERVER_CONNECTED" in good and "M4.5" in good
    assert 'class="attempt-bad"' in bad and "NO_WIFI" in bad and "in LINK: wrong key" in bad
    assert "attempt-lasts" not in good + bad


def test_attempt_that_a_reset_has_ended():
    text = html([attempt([("LINK", 150)], "ended by a reset")])
    assert 'class="attempt-bad"' in text and "ended by a reset" in text and ">in LINK<" in text
    assert "no cause is known" in html([attempt((), "ended by a reset")])


@pytest.mark.parametrize(
    ("stages", "cause", "said"),
    [((), None, "it begins"), ([("LINK", 150)], None, "in LINK"),
     ([("LINK", 150)], "wrong key", "in LINK, tried again after: wrong key")],
)  # fmt: skip
def test_running_attempt_grows(stages, cause, said):
    now, later = (html([attempt(stages, None, cause, ms=ms)]) for ms in (200, 300))
    assert edges(now) == [(0, 40)] and edges(later) == [(0, 60)]
    assert "under way" in later and f">{said}<" in later
    assert later.count("attempt-lasts") == 1
    assert ("LINK 300 ms" in later) == bool(stages)


def test_stages_before_the_one_that_lasts_have_their_time():
    text = html([attempt([("HARDWARE", 50), ("LINK", 60)], None, ms=400)])
    assert edges(text) == [(0, 10), (10, 80)]
    assert "HARDWARE 50<" in text and "LINK 350 ms<" in text


def test_time_is_told_of_its_budget():
    assert "229 ms of 30 s" in html([attempt(ms=229)])
    assert "1.84 of 30 s" in html([attempt(ms=1840)])
    assert "1.8 of 4.5 s" in html([attempt((), None, timeout_ms=4500, ms=1849)])
    assert "2.0 of 59.8 s" in html([attempt((), None, timeout_ms=59765, ms=2000)])
    assert ">229 ms<" in html([attempt(ms=229, timeout_ms=None)])


@pytest.mark.parametrize(
    ("ms", "words"),
    [
        (0, "0 ms"),
        (999, "999 ms"),
        (1000, "1 s"),
        (12345, "12.3 s"),
        (123456, "123 s"),
        (12345678, "12346 s"),
    ],
)
def test_durations(ms, words):
    assert duration(ms) == words


def test_deadline_is_on_the_axis_or_an_arrow_beyond_it():
    on = html([attempt(ms=800, timeout_ms=900)])
    assert 'class="attempt-deadline" style="left:90.00%"' in on and "→" not in on
    beyond = html([attempt(ms=800)])
    assert "attempt-deadline" not in beyond and "→ 30 s" in beyond
    neither = html([attempt(ms=800, timeout_ms=None)])
    assert "deadline" not in neither and "→" not in neither


def test_each_stage_is_named_with_its_time_and_has_a_colour():
    text = html([attempt([*WHOLE, ("NEW", 7)])])
    for at, (name, ms) in enumerate(WHOLE):
        assert f'<i class="attempt-stage-{at}"></i>{name} {ms}</span>' in text
        assert f'title="{name} {ms} ms"><span>{name}</span>' in text
        assert f".attempt-stage-{at} {{" in CSS
    assert '<i class="attempt-stage-other"></i>NEW 7 ms</span>' in text
    assert ".attempt-stage-other {" in CSS


def test_texts_are_escaped():
    bad = "<img src=x onerror=alert(1)>\"'"
    view = AttemptView(bad, ((bad, 5),), 5, 1, bad, bad, False, False, 0.0)
    text = html([view])
    assert "<img" not in text and text.count("&lt;img") == 7 and "\"'" not in text


def test_nothing_is_outside_its_track():
    attempts = [attempt([(name, 997) for name in STAGES] * 2), attempt((), None, ms=17000)]
    attempts += [attempt(()), attempt([("LINK", 0)] * 20), attempt([("LINK", 10**12)])]
    for shown in ([one] for one in attempts):
        assert all(0 <= left <= right <= 100.01 for left, right in edges(html(shown)))
    many = pieces([attempt(WHOLE, "NO_WIFI", "x" * 300)] * ATTEMPTS_KEPT)
    assert len(many) == ATTEMPTS_KEPT + 1
    assert ["attempt-newest" in row for row in many[1:]].index(True) == 0
    assert "".join(many).count("attempt-newest") == 1


def test_no_attempt():
    assert "No attempt yet" in html([])
