# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""What survives a reboot, in the namespace `connectwith` of the board's NVS."""

from esp32 import NVS

from connectwith import cloud

_SPACE = "connectwith"


def save_cloud(settings):
    """Stores checked settings (cloud.Settings). OSError: the flash is full or broken."""
    record = cloud.pack(settings)
    space = NVS(_SPACE)
    # A blob is read into a buffer that must be large enough, and two entries are not written at
    # once: whatever is cut off by a power loss, the size on record is never the smaller one.
    grows = len(record) > _size(space)
    if grows:
        space.set_i32("cloud_bytes", len(record))
    space.set_blob("cloud", record)
    if not grows:
        space.set_i32("cloud_bytes", len(record))
    space.commit()


def load_cloud():
    """The stored settings (cloud.Settings), or None."""
    space = NVS(_SPACE)
    record = bytearray(_size(space))
    try:
        n = space.get_blob("cloud", record)
    except OSError:
        return None
    return cloud.unpack(memoryview(record)[:n])


def _size(space):
    try:
        return space.get_i32("cloud_bytes")
    except OSError:
        return 0
