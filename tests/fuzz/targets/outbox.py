# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Arbitrary files in the outbox's folder: no exception, an end, and what is accepted arrives."""

import json

import flash_files
from connectwith.outbox import records
from targets.choices import Choices

_ABSENT = object()


class _Patch:
    """What the stand-in needs of pytest's monkeypatch."""

    def __init__(self) -> None:
        self._before: list[tuple[object, str, object]] = []

    def setattr(self, target: object, name: str, value: object, raising: bool = True) -> None:
        """Sets an attribute until undo()."""
        self._before.append((target, name, getattr(target, name, _ABSENT)))
        setattr(target, name, value)

    def undo(self) -> None:
        """Sets all back."""
        for target, name, value in reversed(self._before):
            if value is _ABSENT:
                delattr(target, name)
            else:
                setattr(target, name, value)


def _files(choices: Choices) -> dict[str, bytes]:
    """Up to eight files: their names, and bytes or whole records with bytes changed in them. No
    two are of one outbox, as they might overlap."""
    files = {}
    for _ in range(choices.byte() % 9):
        name = choices.pick(("00000001", "00000002", "00000009", "0000ffff", "efffffff", "x"))
        data = bytearray(choices.take(choices.byte() * 4))
        if choices.byte() % 2:
            number = records.number_of(name) or 1
            data = records.head(b"%06x" % (number & 0xFFFFFF))
            for i in range(choices.byte() % 4):
                payload = json.dumps("x" * (choices.byte() % 40)).encode()
                data += records.record(number + i, choices.word(), b"name", payload)
            for _ in range(choices.byte() % 3):
                data[choices.word() % len(data)] ^= choices.byte()
        files[f"{flash_files.FOLDER}/{name}"] = bytes(data)
    return files


def one(data: bytes) -> None:
    """Makes the files, boots twice, and keeps a message in each run."""
    choices = Choices(data)
    patch = _Patch()
    flash = flash_files.board(patch)
    try:
        _run(choices, flash)
    finally:
        patch.undo()


def _run(choices: Choices, flash: flash_files.Flash) -> None:
    flash.files = _files(choices)
    flash.folders.add(flash_files.FOLDER)
    others = {name: text for name, text in flash.files.items() if name.endswith("/x")}
    for value in ("first", "second"):
        kept = flash_files.boot()
        kept.box.age_s = choices.byte()
        kept.accept("name", json.dumps(value).encode())
        assert kept.state()["count"] >= 1
        session = flash_files.Session(kept)
        session.run()
        assert flash_files.values(session)[-1] == value
        found = [(json.loads(p)["outbox"], json.loads(p)["n"]) for _, _, p in session.sent]
        assert len(set(found)) == len(found)
        assert len(flash.files) <= 8 and others.items() <= flash.files.items()
