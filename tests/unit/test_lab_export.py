# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""A recording becomes the text of a test, and no text of the recording gets out of its literal."""

import ast
import inspect
import re
import subprocess
import sys

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from lab.recording import Item, as_pytest
from recordings import ID, connected, outage, recording

from commands import typed_faults
from setup import paths
from setup.problem import Problem

KEYS = {"home": "correct-horse", "cafe": ""}
OUTAGE = '''\
# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The access point goes away and comes back.

Recorded with ./tools/cw lab.
"""

SCRIPT = """\\
import imp
"""


def test_ap_off(lab_board, world):
    lab_board.run(SCRIPT)
    lab_board.attempt("wl0", "SERVER_CONNECTED")
    lab_board.message(f"imp/{lab_board.id}/log", b'"connected over wl0"')
    world.wifi["home"].off()
    lab_board.lost()
    lab_board.attempt("wl0", "NO_WIFI")
    lab_board.goes_on(2.0)
    world.wifi["home"].on()
    lab_board.session("wl0")
'''
SEEN = connected(900.0)


def test_an_outage():
    title = " the access point goes  away\nand comes back."
    assert as_pytest(recording(*outage()), "ap_off", title) == OUTAGE


def test_the_document_shows_what_is_written():
    document = (paths.ROOT / "docs" / "lab.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"```python\n(def test_.*?)```", document, re.DOTALL)
    lines = [line for line in outage() if line[2:] != ("attempt", "wl0", "NO_WIFI")]
    text = as_pytest(recording(*lines), "ap_off", "")
    assert re.sub(r" *lab_board.goes_on.*\n", "", text).endswith(shown)


# -- running the text, with stand-ins


class Calls:
    """An object whose attributes, items and calls are noted: ("world.wifi['home'].off", ())."""

    def __init__(self, made, name):
        self._made, self._name = made, name

    def __getattr__(self, name):
        return Calls(self._made, f"{self._name}.{name}")

    def __getitem__(self, key):
        return Calls(self._made, f"{self._name}[{key!r}]")

    def __call__(self, *values, **named):
        self._made.append((self._name, (*values, *named.items())))

    def __repr__(self):
        return self._name


def run(text, device="a-new-id"):
    """The constants of a test's text, and the calls of the test."""
    names = {}
    exec(compile(text, "recorded", "exec"), names)
    (test,) = [value for name, value in names.items() if name.startswith("test_")]
    made = []
    fixtures = {name: Calls(made, name) for name in inspect.signature(test).parameters}
    fixtures["lab_board"].__dict__["id"] = device
    test(**fixtures)
    return names, made


def of(*lines, keys=None, **more):
    return as_pytest(recording(*lines, **more), "x", "A title", keys)


# -- faults


VALUES = {"int": "7", "float": "0.5", "bool": "off", "str": "a"}


def _typed():
    """Every fault of the list, with a value for each parameter."""
    for fault, *_ in typed_faults.described():
        entry = typed_faults.entry_of(fault)
        values = [VALUES[str(p.annotation).partition(" | ")[0]] for p in entry_parameters(fault)]
        values[:1] = list(entry.choices[:1]) or values[:1]
        yield f"{fault.text}={':'.join(values)}" if values else fault.text


def entry_parameters(fault):
    return next(f[-1] for f in typed_faults.described() if f[0] == fault)


@pytest.mark.parametrize("text", list(_typed()))
def test_every_fault_is_the_call_that_makes_it(text):
    _, made = run(of((1, 0, "run_script", "x"), *connected(2), (3, 0, "fault", text)))
    fault = typed_faults.parse(text)
    expected = []
    world = Calls(expected, "world")
    world.__dict__["modems"] = [Calls(expected, "modem")]
    typed_faults.apply(world, fault)
    assert [(name, repr(values)) for name, values in made[2:]] == [
        (name, repr(values)) for name, values in expected
    ]


def test_what_was_seen_before_a_reset_and_a_run_is_not_waited_for():
    before = [*connected(1), (2, 0, "press_en"), (2.1, 0, "lost"), (2.2, 0, "booted")]
    _, made = run(of(*before, (5, 0, "run_script", "x"), *connected(6, interface="eth0")))
    calls = [call for call in made if call[0] != "lab_board.goes_on"]
    assert calls == [
        ("lab_board.press_en", ()), ("lab_board.booted", ()), ("lab_board.run", ("x",)),
        ("lab_board.attempt", ("eth0", "SERVER_CONNECTED")),
    ]  # fmt: skip


# -- refusals


@pytest.mark.parametrize(
    "lines, words",
    [
        ([], "nothing was run"),
        ([(1, 0, "fault", "ap-off")], "nothing was run"),
        ([(1, 0, "run_script", "x"), (2, 0, "fault", "ap-off")], "would check nothing"),
        ([(1, 0, "fault", "ap-off"), (2, 0, "lost")], "begins in the middle: 'no session'"),
        ([*connected(1), (2, 0, "run_script", "x")], "begins in the middle: 'attempt over wl0"),
        ([(1, 0, "run_script", "x"), (2, 1, "run_script", "x"), *SEEN], "of 2 boards"),
        ([(1, 0, "press_en"), (2, 1, "press_en"), *SEEN], "of 2 boards"),
    ],
)
def test_what_makes_no_test_is_refused(lines, words):
    with pytest.raises(Problem) as refused:
        of(*lines, devices=("aaaa", "bbbb"))
    assert words in refused.value.why and refused.value.next_step


@pytest.mark.parametrize("name", ["", "A", "a-b", "a b", "../x", "ä", "x" * 41, "x\n"])
def test_names_that_no_test_has(name):
    with pytest.raises(Problem, match="is no name for a test"):
        as_pytest(recording(*outage()), name, "")


def test_a_board_that_is_not_the_first():
    _, made = run(of((1, 1, "run_script", "x"), *connected(2, 0), *connected(2, 1, "eth0"),
                     (3, 0, "fault", "ap-off"), devices=("aaaa", "bbbb")))  # fmt: skip
    assert made == [("lab_board.run", ("x",)),
                    ("lab_board.attempt", ("eth0", "SERVER_CONNECTED")),
                    ("world.wifi['home'].off", ())]  # fmt: skip


def test_what_the_bench_does_to_another_board_is_left_out():
    _, made = run(of((0, 1, "fault", "modem-deny"), (1, 0, "run_script", "x"), *connected(2, 0),
                     (3, 0, "fault", "modem-deny"), (3.1, 1, "fault", "modem-restore"),
                     (3.2, None, "publish", "imp/bbbb/x", "y"), (3.3, 1, "fault", "dns-restore"),
                     devices=("aaaa", "bbbb")))  # fmt: skip
    assert [name for name, _ in made if name != "lab_board.goes_on"] == [
        "lab_board.run", "lab_board.attempt", "modem.deny", "world.dns.restore"]  # fmt: skip


def test_a_crash_is_a_test_that_fails_until_it_is_mended():
    text = of((1, 0, "run_script", "x"), *connected(2), (3, 0, "fault", "ap-off"),
              (3.5, 0, "lost"), (7, 0, "crashed"), (20, 0, "power", True), *SEEN)  # fmt: skip
    assert "the test fails until it goes on" in ast.get_docstring(ast.parse(text))
    assert run(text)[1][-2:] == [("lab_board.lost", ()), ("lab_board.goes_on", (12.0,))]


def test_a_crash_alone_is_enough():
    assert run(of((1, 0, "run_script", "x"), (1.5, 0, "crashed")))[1] == [
        ("lab_board.run", ("x",)), ("lab_board.goes_on", (5.0,)),
    ]  # fmt: skip


def test_what_took_long_may_take_longer():
    text = of((1, 0, "run_script", "x"), *connected(41))
    assert "(lab_board):\n    lab_board.limit_s = 120\n    lab_board.run(SCRIPT)\n" in text
    assert "limit_s" not in of((1, 0, "run_script", "x"), *connected(21))


@pytest.mark.parametrize(
    "script, interface, modem",
    [("x", "wl0", False), ('nic = {"interface": "cell0"}', "wl0", True), ("x", "cell0", True),
     ("order=['cell']", "wl0", True), ("cancelled = 'excellent'", "wl0", False)],
)  # fmt: skip
def test_a_modem_is_fitted_where_one_may_be_used(script, interface, modem):
    text = of((1, 0, "run_script", script), *connected(2, 0, interface))
    assert ("test_x(lab_board, modem):" in text) is modem
    assert modem or "test_x(lab_board):" in text


# -- keys


def test_a_key_of_the_bench_is_looked_up():
    text = of((1, 0, "run_script", "x"), *connected(2), (3, 0, "fault", "ap-set-key=other"),
              (4, 0, "fault", "ap-set-key=correct-horse"), keys=KEYS)  # fmt: skip
    assert "correct-horse" not in text
    _, made = run(text)
    assert repr(made[-1]) == "(\"world.wifi['home'].set_key\", (world.wifi['home'].key,))"
    assert made[-3] == ("world.wifi['home'].set_key", ("other",))


def test_a_key_in_a_script_is_the_user_s_own_text_and_is_told():
    script = "KEY = 'correct-horse'\n"
    text = of((1, 0, "run_script", script), *connected(2), keys=KEYS)
    assert run(text)[0]["SCRIPT"] == script
    assert '# The key in it is that of the access point "home".\nSCRIPT = ' in text
    assert "The key in it" not in of((1, 0, "run_script", "KEY"), *connected(2), keys=KEYS)


# -- scripts


def test_a_script_that_is_run_twice_stands_there_once():
    text = of((1, 0, "run_script", "a"), *connected(2), (3, 0, "run_script", "b"), *connected(4),
              (5, 0, "run_script", "a"), *SEEN)  # fmt: skip
    names, made = run(text)
    assert [v for name, v in names.items() if name.startswith("SCRIPT")] == ["a", "b"]
    assert [values for name, values in made if name == "lab_board.run"] == [("a",), ("b",), ("a",)]


# -- hostile text

_CHARACTERS = st.one_of(
    st.sampled_from(['"', "'", "\\", "\n", "{", "}", " ", '"""', "'''", "\\\n", "#", "%", "x"]),
    st.characters(),
)
TEXT = st.lists(_CHARACTERS, max_size=60).map("".join)
LONG = st.builds(lambda text, n: text * n, TEXT, st.sampled_from([1, 1, 40]))
TOPIC = st.tuples(LONG, LONG).map(
    lambda parts: f"{parts[0]}/{ID}/{parts[1]}".replace("\0", "").replace("#", "").lstrip("/")
)
PAYLOAD = st.one_of(st.binary(max_size=300), LONG.map(lambda t: t.encode("utf-8", "replace")))
HOSTILE = (
    '"""\nimport os\nos.remove("/")\n"""', '\\"""', '"' * 7, "'" * 7, "\\", "\n", "", " ",
    "\\N{DASH}", "{0}{id}%s%(x)s", "x = 1  # noqa: E501\n# fmt: off\n# ruff: noqa\n",
    "a\t\r\n\x0b\x0c\x1c\x85\u2028b", "\udc80\ufeff", "\u202e\u2066", "é" * 120, "漢" * 120,
    "12 " * 99, "x" * 300, " " * 300, "x \n \n", "\\" * 300, f"{'y' * 94} {'z' * 94}\n",
    "# -*- coding: latin-1 -*-\nß",
)  # fmt: skip


def hostile(test):
    for text in HOSTILE:
        payload = text.encode("utf-8", "replace")
        topic = f"imp/{ID}/{text}".replace("\0", "").replace("#", "")
        test = example(script=text, typed=text, topic=topic, payload=payload, title=text)(test)
    test = given(script=LONG, typed=LONG, topic=TOPIC, payload=PAYLOAD, title=LONG)(test)
    return settings(
        max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow]
    )(test)  # fmt: skip


def _hostile_test(script, typed, topic, payload, title):
    made = recording(
        (1, 0, "run_script", script),
        (2, 0, "type", typed + "\r"),
        (3, None, "message", topic, payload),
        *connected(3),
        (4, None, "publish", topic, typed),
        (5, 0, "attempt", typed, script),
    )
    return as_pytest(made, "x", title)


@hostile
def test_no_text_gets_out_of_its_literal(script, typed, topic, payload, title):
    names, made = run(_hostile_test(script, typed, topic, payload, title))
    assert names["SCRIPT"] == script
    keys = recording((2, 0, "type", typed + "\r")).items
    new = topic.split("/")
    new = "/".join("a-new-id" if level == ID else level for level in new)
    made = [call for call in made if call[0] != "lab_board.goes_on"]
    message = Item(0, None, "message", ("", payload))
    told = (payload,) if message.shape == payload else (("like", payload),)
    assert sorted(made, key=repr) == sorted([
        ("lab_board.run", (script,)),
        *[("lab_board.type", one.values) for one in keys],
        ("lab_board.message", (new,) if ID.encode() in payload else (new, *told)),
        ("lab_board.attempt", ("wl0", "SERVER_CONNECTED")),
        ("world.broker.publish", (new, typed)),
        ("lab_board.attempt", (typed, script)),
    ], key=repr)  # fmt: skip
    assert made[0][0] == "lab_board.run" and made[-1][1] == (typed, script)


def test_it_is_as_the_project_s_files_are(tmp_path):
    """ruff has nothing to say and nothing to change."""
    texts = [as_pytest(recording(*outage()), "ap_off", "x")]

    @hostile
    def collect(script, typed, topic, payload, title):
        texts.append(_hostile_test(script, typed, topic, payload, title))
        # Editors remove what is at the end of a line.
        assert not re.search(r"[ \t]$", texts[-1], re.MULTILINE)

    collect()
    for number, text in enumerate(texts):
        (tmp_path / f"pytest_{number}.py").write_text(text, encoding="utf-8")
    for arguments in (["check"], ["format", "--check", "--diff"]):
        config = ["--no-cache", f"--config={paths.ROOT / 'pyproject.toml'}", str(tmp_path)]
        command = [sys.executable, "-m", "ruff", *arguments, *config]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, (done.stdout + done.stderr)[:5000]


def test_a_board_at_a_serial_port_is_in_no_test():
    found = recording(*outage())
    with pytest.raises(Problem) as caught:
        as_pytest(found, "a", "", real=[0])
    assert "serial port" in caught.value.why
    assert as_pytest(found, "a", "", real=[1]) == as_pytest(found, "a", "")
