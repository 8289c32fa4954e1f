# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""What a kept message costs of the flash: runs on a board with 30 MB of heap, for example

    build/VIRTUAL/virtual-board --dir /tmp/board --heap 30000
    mpremote connect /tmp/board/console run tests/bench/board/outbox_wear.py

The file system is MicroPython's littlefs, on a RAM disk that counts.
"""

import gc
import json

import vfs
from connectwith.outbox import box, delivery

BLOCK_BYTES = 4096
BLOCKS = 512
DAY = 1440


class Disk:
    """A block device in RAM, with the interface of esp32.Partition."""

    def __init__(self):
        self.blocks = {}
        self.forget()

    def forget(self):
        self.programmed = self.erases = self.writes = 0

    def _block(self, number):
        if number not in self.blocks:
            self.blocks[number] = bytearray(b"\xff" * BLOCK_BYTES)
        return self.blocks[number]

    def readblocks(self, number, buffer, at=0):
        number, at = number + at // BLOCK_BYTES, at % BLOCK_BYTES
        buffer[:] = self._block(number)[at : at + len(buffer)]

    def writeblocks(self, number, buffer, at=0):
        number, at = number + at // BLOCK_BYTES, at % BLOCK_BYTES
        self._block(number)[at : at + len(buffer)] = buffer
        self.programmed += len(buffer)
        self.writes += 1

    def ioctl(self, what, value):
        if what == 4:
            return BLOCKS
        if what == 5:
            return BLOCK_BYTES
        if what == 6:
            self.blocks[value] = bytearray(b"\xff" * BLOCK_BYTES)
            self.erases += 1
            return 0


class Session:
    """A session whose server acknowledges everything at once."""

    def is_drained(self):
        return True

    def enqueue(self, name, payload):
        return 1

    def is_waiting(self, packet_id):
        return False


def mounted():
    try:
        vfs.umount("/ram")
    except OSError:
        pass
    gc.collect()
    disk = Disk()
    vfs.VfsLfs2.mkfs(disk)
    vfs.mount(vfs.VfsLfs2(disk), "/ram")
    for i in range(6):
        with open("/ram/%d.py" % i, "w") as file:
            file.write("x" * 1500)
    kept = delivery.Delivery(box.Box("/ram/outbox"))
    kept.box.size = 1 << 20
    disk.forget()
    return disk, kept


def report(what, disk, count):
    print(
        "%-36s %5.0f bytes in %4.1f writes, %.3f erases; %4.0f erases a day"
        % (
            what,
            disk.programmed / count,
            disk.writes / count,
            disk.erases / count,
            disk.erases / count * DAY,
        )
    )
    disk.forget()


def measure(size):
    payload = json.dumps("m" * (size - 2)).encode()
    disk, kept = mounted()
    kept.begin(Session())
    for _ in range(DAY):
        kept.accept("reading", payload)
        while kept.has_work():
            kept.feed(Session(), 0)
    report("%d bytes, connected" % (size + 7), disk, DAY)
    for count in (30, DAY):
        disk, kept = mounted()
        for _ in range(count):
            kept.accept("reading", payload)
        report("%d bytes, %d offline" % (size + 7, count), disk, count)
        while kept.has_work():
            kept.feed(Session(), 0)
        report("  their delivery", disk, count)


for _size in (20, 100, 200, 1000):
    measure(_size)
