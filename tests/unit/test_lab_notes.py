# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The lab's notes on the console, and its command."""

import pytest
from lab.desk.notes import LONGEST_BYTES, Splitter, board_files

from commands import lab
from setup import paths
from setup.problem import Problem

NOTE = b'\x1e{"boot": 1}\x1f'


@pytest.mark.parametrize("size", [1, 2, 3, 5, 100])
def test_notes_are_taken_out_of_any_pieces(size):
    data = b"a\xc3\xa9" + NOTE + b"b" + NOTE + NOTE + b"\r\n>>> "
    splitter, text, notes = Splitter(), b"", []
    for at in range(0, len(data), size):
        piece, found = splitter.feed(data[at : at + size])
        text += piece
        notes += found
    assert text == b"a\xc3\xa9b\r\n>>> "
    assert notes == [{"boot": 1}] * 3


@pytest.mark.parametrize(
    "bad",
    [b"\x1e{not json}\x1f", b"\x1e{\xff}\x1f", b'\x1e{"session": "\\ud800"}\x1f',
     b'\x1e{"boot":' + b"[" * 1500 + b"]" * 1500 + b"}\x1f"],
)  # fmt: skip
def test_what_only_looks_like_a_note_is_dropped(bad):
    assert Splitter().feed(b"a" + bad + b"b") == (b"ab", [])


@pytest.mark.parametrize(
    "text",
    [b"\x1e\x1f", b"\x1enone\x1f", b"\x1e[1]\x1f", b"\x1f", b"\x1e\x1e", b"\x1ex",
     b"\x1e\r\n>>> ", b"\x1e{\r\n>>> "],
)  # fmt: skip
@pytest.mark.parametrize("size", [1, 2, 100])
def test_marks_of_the_user_s_are_text_and_hide_no_note(text, size):
    splitter, shown, notes = Splitter(), b"", []
    data = b"a" + text + NOTE + b"b"
    for at in range(0, len(data), size):
        piece, found = splitter.feed(data[at : at + size])
        shown += piece
        notes += found
    assert (shown, notes) == (b"a" + text + b"b", [{"boot": 1}])


def test_the_begin_of_a_note_does_not_hold_the_text_back_for_ever():
    splitter = Splitter()
    held = splitter.feed(b"\x1e{" + b"x" * 10)[0]
    assert held == b""
    assert splitter.feed(b"y" * LONGEST_BYTES)[0].endswith(b"y")


def test_reset_forgets_half_a_note():
    splitter = Splitter()
    splitter.feed(b'\x1e{"bo')
    splitter.reset()
    assert splitter.feed(b"text") == (b"text", [])


def test_files_for_the_board_are_there():
    files = board_files()
    assert "import lab_notes\n" in files["/boot.py"] and "pauses" not in files["/boot.py"]
    assert "ontransition" in files["/lab_notes.py"]


def test_pauses_can_be_left_out():
    assert "    import lab_notes\n    lab_notes.pauses(False)\n" in board_files(False)["/boot.py"]


# -- the command


def test_first_script_is_the_readme_s():
    readme = (paths.ROOT / "README.md").read_text()
    block = readme.partition("## Ten lines of user code")[2].partition("```python\n")[2]
    assert lab.script_text(None) == block.partition("```")[0]


def test_script_is_shown_as_it_is(tmp_path):
    file = tmp_path / "a.py"
    for mark in ("", "\ufeff"):  # some editors begin a file with this one
        file.write_text(f"{mark}# mine\nprint(1)\n")
        assert lab.script_text(file) == "# mine\nprint(1)\n"


@pytest.mark.parametrize("content", [b"\xff\xfe", b"#" * 100001])
def test_script_that_cannot_be_shown(tmp_path, content):
    file = tmp_path / "a.py"
    file.write_bytes(content)
    with pytest.raises(Problem):
        lab.script_text(file)
