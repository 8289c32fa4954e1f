# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""cw run without a board: the files, the faults' names and values, and the text of the board."""

import io
import os
from types import SimpleNamespace

import pytest

from commands import script_files, typed_faults
from commands.script_files import FOLDER, collect
from commands.script_output import Boot, Output, traceback_of
from commands.typed_faults import Schedule, parse, parse_all
from commands.typed_lines import TypedLines
from setup.problem import Problem
from target.faults import FAULTS, kind_of

# -- files


def test_a_script_stands_where_the_board_does_not_start_it(tmp_path):
    (tmp_path / "main.py").write_text("pass")
    script = collect([str(tmp_path / "main.py")])
    assert script.name == "main.py" and script.files == {f"{FOLDER}/main.py": b"pass"}


def test_a_folder_first_and_a_folder_after_it(tmp_path):
    for name in ("app/main.py", "app/lib/a.py", "app/.git/x", "more/b/c.txt", "app/__pycache__/y"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    script = collect([str(tmp_path / "app"), str(tmp_path / "more")])
    assert set(script.files) == {f"{FOLDER}/main.py", "lib/a.py", "more/b/c.txt"}
    with pytest.raises(Problem, match="no start.py"):
        collect([str(tmp_path / "app")], "start.py")


def test_a_link_to_its_own_folder_is_not_followed(tmp_path):
    (tmp_path / "main.py").write_text("")
    (tmp_path / "again").symlink_to(tmp_path)
    assert set(collect([str(tmp_path)]).files) == {f"{FOLDER}/main.py"}


def test_what_does_not_fit_is_refused_before_anything_is_built(tmp_path, monkeypatch):
    monkeypatch.setattr(script_files, "_MOST_BYTES", 100)
    (tmp_path / "main.py").write_text("x" * 60)
    (tmp_path / "data").write_bytes(bytes(60))
    with pytest.raises(Problem, match="data does not fit") as caught:
        collect([str(tmp_path)])
    assert caught.value.status == 2
    with pytest.raises(Problem, match="zero does not fit"):
        collect(["/dev/zero"])


def test_a_name_that_is_no_text(tmp_path):
    (tmp_path / "main.py").write_text("")
    with open(os.fsencode(tmp_path) + b"/\xff", "wb"):
        pass
    with pytest.raises(Problem, match="udcff") as caught:
        collect([str(tmp_path)])
    str(caught.value).encode()


# -- faults


@pytest.mark.parametrize("name", typed_faults.names())
def test_each_name_is_a_method_of_the_bench(name):
    fault = parse(name)
    assert callable(getattr(typed_faults._class_of(fault), fault.method.rpartition(".")[2]))


def test_every_fault_that_has_a_name_can_be_typed():
    kinds = [kind_of(part) for part in typed_faults.PARTS.values()]
    assert set(kinds) == set(FAULTS)
    count = sum(len(FAULTS[kind]) for kind in kinds)
    assert len(typed_faults.names()) == count
    assert len(list(typed_faults.help_lines())) == count


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("ap-off", []),
        ("ap-dhcp=off", [False]),
        ("ap-kick", []),
        ("ap-kick=5", [5]),
        ("ap-rssi=-80", [-80]),
        ("ap-set-key=correct:horse", None),
        ("ethernet-cable-drop=0.5", [0.5]),
        ("dns-answer=a.test:192.0.2.1:192.0.2.2", ["a.test", "192.0.2.1", "192.0.2.2"]),
        ("modem-refuse-dial=none", [None]),
        ("ap-cable-silence", []),
        ("ap-cable-silence=up", ["up"]),
        ("ap-cable-silence=off", None),
        ("modem-sim=removed", ["removed"]),
        ("modem-sim=lost:1234", None),
        ("ap-off=1", None),
        ("ap-rssi", None),
        ("ap-rssi=loud", None),
        ("ap-dhcp=perhaps", None),
    ],
)
def test_values(text, values):
    if values is None:
        with pytest.raises(Problem, match="do not fit") as caught:
            typed_faults.arguments(parse(text))
        assert caught.value.status == 2
    else:
        assert typed_faults.arguments(parse(text)) == values


def test_help_shows_the_texts_to_choose_from():
    lines = list(typed_faults.help_lines())
    assert any(line.startswith("ap-cable-silence=[both|up|down] ") for line in lines)
    assert any(line.startswith("ap-rssi=DBM ") for line in lines)


def test_the_modem_is_chosen_by_its_index():
    made = []
    modems = [SimpleNamespace(deny=lambda number=number: made.append(number)) for number in (0, 1)]
    world = SimpleNamespace(modems=modems)
    typed_faults.apply(world, parse("modem-deny"))
    typed_faults.apply(world, parse("modem-deny"), modem=1)
    assert made == [0, 1]
    for index in (-1, 2):
        with pytest.raises(Problem, match="modem-deny.*not made"):
            typed_faults.apply(world, parse("modem-deny"), modem=index)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("ap-off", 0), ("ap-off@5", 5), ("ap-off@5s", 5), ("ap-off@250ms", 0.25), ("ap-off@2m", 120)],
)
def test_times(text, seconds):
    assert parse(text).at_s == seconds


@pytest.mark.parametrize(
    "text", ["ap-off@", "ap-off@x", "ap-off@1e3", "ap-off@2000m", "ap-off@-1"]
)
def test_bad_times(text):
    with pytest.raises(Problem, match="no time"):
        parse(text)


def test_an_unknown_name_gets_the_list():
    with pytest.raises(Problem, match="no fault 'ap-of'") as caught:
        parse_all("ap-on@1s, ap-of@2s")
    assert all(name in caught.value.why for name in typed_faults.names())
    assert "did you mean 'ap-off'" in caught.value.next_step


def test_what_was_typed_is_shown_without_control_characters():
    for text in ("\x1b[31m", "ap-off@\x1b[31m", "ap-rssi=\x1b[31m"):
        with pytest.raises(Problem) as caught:
            typed_faults.arguments(parse(text))
        assert "\x1b" not in str(caught.value)


@pytest.mark.parametrize("text", ["ap-set-key=\x1b[31m", "dns-nxdomain=\x00", "ap-off@5s\x9b"])
def test_a_fault_with_control_characters_is_none(text):
    with pytest.raises(Problem) as caught:
        parse_all(text)
    assert str(caught.value).replace("\n", " ").isprintable()
    assert [fault.text for fault in parse_all("\tap-set-key=ä ö \n,\n")] == ["ap-set-key=ä ö"]


def test_faults_come_in_the_order_of_their_times(monkeypatch):
    made = []
    monkeypatch.setattr(typed_faults, "apply", lambda world, fault: made.append(fault.text))
    schedule = Schedule(None, parse_all("ap-on@20s,ap-off@5s,dns-drop"))
    schedule.start(100.0)
    assert [fault.text for fault in schedule.due(100.0)] == ["dns-drop"]
    assert list(schedule.due(104.9)) == []
    assert [fault.text for fault in schedule.due(130.0)] == ["ap-off", "ap-on"]
    assert made == ["dns-drop", "ap-off", "ap-on"] and schedule.left == []


# -- what the board says


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_notes_and_the_place_of_the_script_in_any_pieces(size):
    text = f'one\n\x1ewaits a; b\x1f  File "{FOLDER}/x.py", line 3\nFile "y.py"\n\x1eexit ()\x1f.'
    stream, notes = io.StringIO(), []
    output = Output(stream)
    for at in range(0, len(text), size):
        notes += output.text(text[at : at + size])
    output.text("")
    assert notes == ["waits a; b", "exit ()"]
    assert stream.getvalue() == 'one\n  File "x.py", line 3\nFile "y.py"\n.'


def test_a_line_about_the_board_begins_a_line():
    stream = io.StringIO()
    output = Output(stream)
    output.text("no end F")
    output.line("broker: x")
    output.line("board: y")
    assert stream.getvalue() == "no end F\nbroker: x\nboard: y\n"


def test_a_control_character_without_its_end_is_shown_in_the_end():
    stream = io.StringIO()
    output = Output(stream)
    output.text("a\x1e" + "b" * 2000)
    output.text("")
    assert stream.getvalue() == "a\x1e" + "b" * 2000


def test_a_traceback_has_only_the_script():
    text = f'Traceback:\n  File "<stdin>", line 2, in <module>\n  File "{FOLDER}/a.py", line 1\nE'
    assert traceback_of(text) == 'Traceback:\n  File "a.py", line 1\nE'


_BANNER = b'MicroPython v1.25.0 on x; Virtual\r\nType "help()" for more information.\r\n>>> '


@pytest.mark.parametrize("size", [1, 7, 1000])
@pytest.mark.parametrize(
    ("soft", "before", "banner"),
    [
        (False, b"boot\r\n>>> no\r\n", _BANNER),
        (False, b"without an end ", _BANNER),
        (True, b"a > b\r\n", b"raw REPL; CTRL-B to exit\r\n>"),
    ],
)
def test_what_boot_py_prints_comes_before_the_prompt(size, soft, before, banner):
    boot, shown, data = Boot(soft), "", before + banner
    for at in range(0, len(data), size):
        assert not boot.done
        shown += boot.feed(data[at : at + size])
    assert boot.done and shown == before.decode().replace("\r\n", "\n")


# -- typed lines


def test_lines_of_the_input_and_of_the_pipe(tmp_path, monkeypatch):
    read, write = os.pipe()
    with os.fdopen(read) as given:
        monkeypatch.setattr("sys.stdin", given)
        with TypedLines(tmp_path / "pipe") as lines:
            os.write(write, b"one\nhal")
            assert lines.wait(5) == ["one"]
            os.write(write, b"f\n")
            assert lines.wait(5) == ["half"]
            for word in ("first", "second"):
                lines.pipe.write_text(f"{word}\n")
                assert lines.wait(5) == [word]
            os.close(write)
            assert lines.wait(0.1) == []  # the end of the input is not the end
            lines.pipe.write_bytes(b"x" * 4096)
            lines.wait(5)
            lines.pipe.write_bytes(b"y\nafter\n")
            assert lines.wait(5)[-1] == "after"


def test_without_an_input_at_all(tmp_path, monkeypatch):
    monkeypatch.setattr("sys.stdin", None)
    with TypedLines(tmp_path / "pipe") as lines:
        assert lines.wait(0.05) == []
