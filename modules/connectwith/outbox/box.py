# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""The files of the outbox: accepts messages, and drops the oldest ones.

littlefs writes a file's data and its entry at once, so a power cut leaves a file as it was before
or behind a write. It stores a file of up to 128 bytes in the folder's own blocks, for about 300
bytes of flash and no erase. Each write to a longer file takes a new block: one erase, and a copy
of what the block before had. So a message gets a file of its own while there are few files. Only
a long queue is appended, up to a block in each file.

Ctrl-C may interrupt at any jump of the byte code. What is known of the files is forgotten before
each change and set behind it, so that the next use looks again.
"""

import os
import time

import _connectwith
from micropython import const

from connectwith.outbox import records

_INLINE_BYTES = const(128)  # lfs_t.inline_max of MicroPython's VfsLfs2: its cache_size
_BLOCK_BYTES = const(4096)
_FILE_MAX = const(8274)  # HEAD_BYTES + RECORD_MAX
_FILES = const(32)  # with so many, messages are appended to the last one
_UNKNOWN = const(400)  # more records than a block can hold

_IS_FILE = const(0x8000)
_ENOENT = const(2)
_CAUSES = const(
    (
        (2, "no file system is mounted"),
        (19, "no file system is mounted"),
        (20, "/outbox is a file of other code: rename or remove it"),
        (17, "/outbox is a file of other code: rename or remove it"),
        (28, "the flash is full: remove files"),
        (30, "the file system is read-only"),
    )
)

# What _connectwith.clock_quality() says of a clock that age can be told by: user, network, SNTP.
_DATED = const((1, 4, 5))


class Box:
    """`dropped`, `damaged`: messages since the boot. `done`: the number of the first message that
    is not acknowledged, as far as this run knows."""

    def __init__(self, folder):
        self._folder = folder
        self.files = None  # [number of the first message, bytes] of each, oldest first
        self._floor = 0  # no number up to here is free
        self._next = 0  # the number of the next message; 0: it must be read
        self._given = 0  # the highest number that was given in this run
        self._id = None
        self._is_whole = False  # the last file can be appended to
        self.done = 0
        self.size = 65536
        self.age_s = 0  # 0: no bound
        self.drops_oldest = False
        self.dropped = self.damaged = 0

    # -- looking

    def look(self):
        """Reads which files there are, unless it is known. OSError."""
        if self.files is not None:
            return
        files = []
        floor = 0
        try:
            for entry in os.ilistdir(self._folder):
                first = records.number_of(entry[0])
                n = entry[3] if len(entry) > 3 else 0
                floor = max(floor, first - 1 if not n else first)
                if first and n and n <= _FILE_MAX and entry[1] == _IS_FILE:
                    files.append([first, n])
        except OSError as error:
            if error.errno != _ENOENT:
                raise
        files.sort()
        self._floor = floor
        self._next = 0
        self.files = files

    def total(self):
        """The bytes of all files."""
        return sum([file[1] for file in self.files])

    def count(self):
        """How many messages wait. OSError."""
        self._find_end()
        if not self.files:
            return 0
        return max(0, self._next - max(self.files[0][0], self.done))

    def after(self, first):
        """The file that follows the one with that first number, or None."""
        for file in self.files:
            if file[0] > first:
                return file
        return None

    def read(self, first, at, n):
        """`n` bytes of a file from `at` on, or fewer at its end. OSError."""
        with open(self._path(first), "rb") as file:
            file.seek(at)
            return file.read(n)

    def read_record(self, first, at):
        """(head, record): the bytes of a file's head and of the record at `at`; None for the
        latter: none begins there. OSError."""
        with open(self._path(first), "rb") as file:
            head = file.read(records.HEAD_BYTES)
            file.seek(at)
            begin = file.read(2)
            n = records.size(begin, 0)
            if not n:
                return head, None
            data = bytearray(n)
            data[:2] = begin
            file.readinto(memoryview(data)[2:])
            return head, data

    def oldest_s(self):
        """The age in s of the oldest message, or None if it is not known. OSError."""
        now = now_s()
        if not self.files or not now:
            return None
        at = int.from_bytes(self.read(self.files[0][0], records.HEAD_BYTES + 2, 4), "little")
        return max(0, now - at) if at else None

    # -- accepting

    def accept(self, name, payload):
        """Stores a message (bytes). Returns whether there was room. When it returns True, the
        message is in flash. ValueError: it is too long. OSError: it is not stored."""
        n = records.OVERHEAD + len(name) + len(payload)
        if len(payload) > records.PAYLOAD_MAX or records.HEAD_BYTES + n > self.size:
            raise ValueError("data: too long to be kept")
        try:
            self.look()
            self._expire()
            if not self._make_room(records.HEAD_BYTES + n):
                return False
            self._find_end()
            self._append(name, payload, n)
        except OSError as error:
            self.files = None
            raise OSError(error.errno, "outbox: " + _cause(error.errno)) from None
        return True

    def _append(self, name, payload, n):
        files = self.files
        number = self._next
        data = records.record(number, now_s(), name, payload)
        last = files[-1] if files and self._is_whole else None
        if last is not None and _joins(last[1] + n, len(files)):
            mode = "ab"
        else:
            last = [number, records.HEAD_BYTES]
            data = records.head(self._id) + data
            mode = "wb"
        self.files = None
        self._write(self._path(last[0]), mode, data)
        last[1] += n
        if mode == "wb":
            files.append(last)
        self._next = number + 1
        self._given = number
        self._is_whole = True
        self.files = files

    def _write(self, path, mode, data):
        try:
            file = open(path, mode)
        except OSError as error:
            if error.errno != _ENOENT:
                raise
            os.mkdir(self._folder)
            file = open(path, mode)
        with file:
            file.write(data)

    def _find_end(self):
        """Finds the number of the next message, and whether the last file can be appended to."""
        if self._next:
            return
        files = self.files
        number = self._floor + 1
        box_id = None
        whole = False
        if files:
            first, n = files[-1]
            data = self.read(first, 0, n)
            box_id = records.box_id(data)
            at = records.HEAD_BYTES
            number = first
            while records.size(data, at):
                at += records.size(data, at)
                number += 1
            whole = box_id is not None and at == n and number > self._floor
            if not whole:
                number = max(number, self._floor) + _UNKNOWN
        if box_id is None:
            box_id = os.urandom(records.ID_BYTES)
        if self._given >= number:
            # The last file was removed. In one run the numbers go on.
            number = self._given + 1
            box_id = self._id
            whole = False
        self._id = box_id
        self._is_whole = whole
        self._next = number

    # -- dropping

    def _make_room(self, n):
        while self.files and self.total() + n > self.size:
            if not self.drops_oldest:
                return False
            self._drop()
        return True

    def _expire(self):
        now = now_s()
        while self.age_s and now and self.files:
            first, n = self.files[0]
            data = self.read(first, 0, n)
            at = records.HEAD_BYTES
            newest = 0
            while records.size(data, at):
                newest = int.from_bytes(data[at + 2 : at + 6], "little")
                at += records.size(data, at)
            if not self.is_old(newest, now):
                return
            self._drop()

    def is_old(self, at_s, now):
        """Whether a message of that time is older than it may get. One without a time is not."""
        return bool(self.age_s and at_s and now) and now - at_s > self.age_s

    def _drop(self):
        """Drops the oldest file with its messages."""
        self._find_end()
        first = self.files[0][0]
        following = self.after(first)
        end = self._next if following is None else following[0]
        self.dropped += max(0, end - max(first, self.done))
        self.done = max(self.done, end)
        self.remove()

    def remove(self):
        """Removes the oldest file. One that cannot be removed comes again after a reset."""
        files = self.files
        self.files = None
        try:
            os.remove(self._path(files[0][0]))
        except OSError:
            pass
        files.pop(0)
        if not files:
            self._is_whole = False
        self.files = files

    def clear(self):
        """Removes all files. Returns how many messages that were."""
        self.look()
        count = self.count()
        while self.files:
            self.done = max(self.done, self._next)
            self.remove()
        return count

    def _path(self, first):
        return self._folder + "/" + records.file_name(first)


def now_s():
    """The time in s, 0 if the clock is not set or not believed."""
    now = time.time()
    return now if _connectwith.clock_quality(now) in _DATED else 0


def _joins(n, files):
    """Whether a file may grow to `n` bytes; there are so many files."""
    return n <= _INLINE_BYTES or files >= _FILES and n <= _BLOCK_BYTES


def _cause(number):
    for errno, text in _CAUSES:
        if errno == number:
            return text
    return "the flash cannot be written"
