# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""`esp32.NVS` for CPython."""


class Nvs:
    """esp32.NVS in memory, with its habits: OSError for what is not there or does not fit."""

    entries: dict[str, bytes | int] = {}

    def __init__(self, name: str) -> None:
        assert len(name) <= 15

    def set_blob(self, key: str, value: bytes) -> None:
        assert len(key) <= 15
        self.entries[key] = bytes(value)

    def get_blob(self, key: str, buffer: bytearray) -> int:
        value = self.entries.get(key)
        if not isinstance(value, bytes) or len(value) > len(buffer):
            raise OSError(-0x1102)
        buffer[: len(value)] = value
        return len(value)

    def set_i32(self, key: str, value: int) -> None:
        self.entries[key] = value

    def get_i32(self, key: str) -> int:
        value = self.entries.get(key)
        if not isinstance(value, int):
            raise OSError(-0x1102)
        return value

    def erase_key(self, key: str) -> None:
        if key not in self.entries:
            raise OSError(-0x1102)
        del self.entries[key]

    def commit(self) -> None:
        pass
