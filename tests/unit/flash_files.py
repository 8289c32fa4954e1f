# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The outbox's files on CPython: a littlefs in memory that loses power when a test says so.

As littlefs does: a new file's entry is written when it is opened, empty; data and length when it
is closed; a removal at once.
"""

import errno
import json
import os
import time

import _connectwith
from connectwith.outbox import box, delivery

FOLDER = "/outbox"
NOW = 800_000_000


class PowerCut(BaseException):
    """The board has no power any more."""


class Flash:
    """`cut_after`: so many writes to flash are made, then the power goes; None: never. `error`:
    an errno that each write gets. `broken`: an errno that each access gets."""

    def __init__(self, monkeypatch):
        self.folders = set()
        self.files = {}
        self.cut_after = None
        self.writes = 0
        self.error = self.broken = 0
        monkeypatch.setattr(box, "open", self._open, raising=False)
        for name in ("ilistdir", "remove", "mkdir"):
            monkeypatch.setattr(os, name, getattr(self, "_" + name))

    def put(self, number, data):
        self.folders.add(FOLDER)
        self.files[f"{FOLDER}/{number:08x}"] = data

    def names(self):
        return sorted(name.rpartition("/")[2] for name in self.files)

    def _access(self):
        if self.broken:
            raise OSError(self.broken, "")

    def _write(self):
        self._access()
        if self.error:
            raise OSError(self.error, "")
        if self.cut_after is not None and self.writes >= self.cut_after:
            raise PowerCut
        self.writes += 1

    def _ilistdir(self, folder):
        self._access()
        if folder in self.files:
            raise OSError(errno.ENOTDIR, "")
        if folder not in self.folders:
            raise OSError(errno.ENOENT, "")
        for name, data in list(self.files.items()):
            yield name.rpartition("/")[2], 0x8000, 0, len(data)

    def _remove(self, path):
        self._access()
        if path not in self.files:
            raise OSError(errno.ENOENT, "")
        self._write()
        del self.files[path]

    def _mkdir(self, path):
        self._write()
        self.folders.add(path)

    def _open(self, path, mode):
        self._access()
        if path.rpartition("/")[0] not in self.folders:
            raise OSError(errno.ENOENT, "")
        if mode == "rb":
            if path not in self.files:
                raise OSError(errno.ENOENT, "")
        elif path not in self.files:
            self._write()
            self.files[path] = b""
        return _File(self, path, mode)


class _File:
    def __init__(self, flash, path, mode):
        self._flash = flash
        self._path = path
        self._mode = mode
        self._data = b"" if mode == "wb" else flash.files[path]
        self._at = 0

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        if kind is None and self._mode != "rb":
            self._flash._write()
            self._flash.files[self._path] = self._data

    def seek(self, at):
        self._at = at

    def read(self, n):
        data = self._data[self._at : self._at + n]
        self._at += len(data)
        return data

    def readinto(self, buffer):
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def write(self, data):
        assert self._mode in ("ab", "wb")
        self._data += bytes(data)


class Session:
    """What a session.Session is to the outbox. `sent`: (packet id, topic, payload)."""

    def __init__(self, kept):
        self.sent = []
        self.unacked = []
        self._packet_id = 0
        self.is_full = False
        self.cause, self.code = "", 0
        self._kept = kept
        kept.begin(self)

    def is_drained(self):
        return not self.is_full

    def enqueue(self, name, payload):
        self._packet_id += 1
        self.sent.append((self._packet_id, name, payload))
        self.unacked.append(self._packet_id)
        return self._packet_id

    def is_waiting(self, packet_id):
        return packet_id in self.unacked

    def acknowledge(self, count=1):
        del self.unacked[:count]

    def end(self, cause, code=0):
        self.cause, self.code = cause, code
        self._kept.end(self)

    def run(self, now_ms=0):
        """Steps, with a server that acknowledges everything, until nothing is left to do."""
        for _ in range(10_000):
            self._kept.feed(self, now_ms)
            if not self.unacked and not self._kept.has_work():
                return
            self.acknowledge(2)
        raise AssertionError("no end")


def boot():
    """The outbox of a new run of the firmware."""
    return delivery.Delivery(box.Box(FOLDER))


def keep(kept, *values, name="reading"):
    """Accepts values; whether each was accepted."""
    return [kept.accept(name, json.dumps(value).encode()) for value in values]


def values(session):
    """The data that the session has sent."""
    return [json.loads(payload)["data"] for _, _, payload in session.sent]


def numbers(session):
    """The numbers of the messages that the session has sent."""
    return [json.loads(payload)["n"] for _, _, payload in session.sent]


def board(monkeypatch):
    """The flash of a board whose clock is set."""
    monkeypatch.setattr(_connectwith, "clock_quality", lambda now: 5, raising=False)
    monkeypatch.setattr(time, "time", lambda: NOW)
    return Flash(monkeypatch)
