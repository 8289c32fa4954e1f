# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""A chip in download mode on a pty, for the real esptool: its serial protocol, and a flash.

It plays esptool's stub flasher from the first SYNC on, so that none is uploaded. What is not asked
for by flash-id, write-flash and verify-flash gets an error status.
https://docs.espressif.com/projects/esptool/en/latest/esp32/advanced-topics/serial-protocol.html
"""

import hashlib
import os
import pty
import select
import struct
import threading
import tty
import zlib

FLASH_BEGIN, FLASH_DATA, FLASH_END = 2, 3, 4
SYNC, WRITE_REG, READ_REG, SPI_SET_PARAMS, SPI_ATTACH, CHANGE_BAUDRATE = 8, 9, 10, 11, 13, 15
DEFL_BEGIN, DEFL_DATA, DEFL_END, SPI_FLASH_MD5, SECURITY_INFO = 0x10, 0x11, 0x12, 0x13, 0x14

# The registers with the chip's magic number, and with the flash's answer to the JEDEC ID command.
_MAGIC_REGISTER, _MAGIC_ESP32 = 0x40001000, 0x00F01D83
_W0 = {"esp32": 0x3FF42080, "esp32s3": 0x60002058, "esp32c3": 0x60002058}
_CHIP_ID = {"esp32s3": 9, "esp32c3": 5}  # the ESP32 does not know the command
_NOTHING_TO_DO = (
    WRITE_REG, SPI_SET_PARAMS, SPI_ATTACH, CHANGE_BAUDRATE, FLASH_END, DEFL_END,
)  # fmt: skip


class FakeChip:
    """`port` is where it is. size_mb: of its flash. pull_at: at which data packet the cable goes;
    worn: one bit of what is written does not stay."""

    def __init__(self, mcu="esp32", size_mb=4, pull_at=None, worn=False):
        self.mcu, self.pull_at, self.worn = mcu, pull_at, worn
        self.flash = bytearray(b"\xff" * (size_mb << 20))
        self.operations = []
        self._size_id = (size_mb << 20).bit_length() - 1
        self._packets = 0
        self._inflate, self._at = None, 0
        self._end, self._slave = pty.openpty()
        tty.setraw(self._slave)
        self.port = os.ttyname(self._slave)
        self._quit, self._stop = os.pipe()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.close(self._stop)
        self._thread.join()

    def _serve(self):
        packet, escaped, inside = bytearray(), False, False
        while True:
            ready = select.select([self._end, self._quit], [], [])[0]
            if self._quit in ready:
                break
            for byte in os.read(self._end, 4096):
                if byte == 0xC0:
                    if inside and packet and not self._take(bytes(packet)):
                        os.close(self._end)
                        os.close(self._slave)
                        return
                    packet, inside = bytearray(), True
                elif byte == 0xDB:
                    escaped = True
                elif inside:
                    packet.append({0xDC: 0xC0, 0xDD: 0xDB}[byte] if escaped else byte)
                    escaped = False
        os.close(self._end)
        os.close(self._slave)

    def _answer(self, operation, value=0, data=b"", status=b"\0\0"):
        body = struct.pack("<BBHI", 1, operation, len(data) + len(status), value) + data + status
        body = body.replace(b"\xdb", b"\xdb\xdd").replace(b"\xc0", b"\xdb\xdc")
        os.write(self._end, b"\xc0" + body + b"\xc0")

    def _take(self, packet):
        """Handles one request. False: the cable is pulled."""
        operation, data = packet[1], packet[8:]
        self.operations.append(operation)
        if operation == SYNC:
            for _ in range(8):
                self._answer(SYNC)
        elif operation == READ_REG:
            self._answer(READ_REG, self._register(struct.unpack("<I", data[:4])[0]))
        elif operation in _NOTHING_TO_DO:
            self._answer(operation)
        elif operation == SECURITY_INFO and self.mcu in _CHIP_ID:
            self._answer(operation, 0, struct.pack("<I8xII", 0, _CHIP_ID[self.mcu], 0))
        elif operation in (FLASH_BEGIN, DEFL_BEGIN):
            self._at = struct.unpack("<IIII", data[:16])[3]
            self._inflate = zlib.decompressobj() if operation == DEFL_BEGIN else None
            self._answer(operation)
        elif operation in (FLASH_DATA, DEFL_DATA):
            self._packets += 1
            if self._packets == self.pull_at:
                return False
            self._program(data[16:])
            self._answer(operation)
        elif operation == SPI_FLASH_MD5:
            at, size = struct.unpack("<II", data[:8])
            self._answer(operation, 0, hashlib.md5(self.flash[at : at + size]).digest())
        else:
            self._answer(operation, 0, b"", b"\x01\x05")
        return True

    def _register(self, address):
        if address == _MAGIC_REGISTER and self.mcu == "esp32":
            return _MAGIC_ESP32
        return 0x4020 | self._size_id << 16 if address == _W0[self.mcu] else 0

    def _program(self, data):
        if self._inflate is not None:
            data = self._inflate.decompress(data)
        self.flash[self._at : self._at + len(data)] = data
        if self.worn and data:
            self.flash[self._at] ^= 0x10
        self._at += len(data)
