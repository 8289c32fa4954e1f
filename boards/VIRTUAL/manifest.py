# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

include("$(MPY_DIR)/extmod/asyncio")

# ESP32's own start of the file system
freeze("$(MPY_DIR)/ports/esp32/modules", ("_boot.py", "flashbdev.py", "inisetup.py"))

# What ports/esp32/boards/manifest.py takes from micropython-lib, except aioespnow: there is no
# ESP-NOW. The tree has all of micropython-lib, the part in Debian's source package, or nothing.
_FROM_MICROPYTHON_LIB = (
    "mip", "ntptime", "requests", "ssl", "urequests", "webrepl", "dht", "ds18x20", "neopixel",
    "onewire", "umqtt.robust", "umqtt.simple", "upysh",
)  # fmt: skip


def _missing(name):
    try:
        require(name)
    except ValueError:  # no such package
        return True
    return False


# The port's own modules: refusals of what the board lacks, and ssl if there is no other.
_own = ["_thread.py", "bluetooth.py", "btree.py", "espnow.py"]
if "ssl" in [_name for _name in _FROM_MICROPYTHON_LIB if _missing(_name)]:
    _own.append("ssl.py")
freeze("$(PORT_DIR)/modules", tuple(_own))

_APPLICATION = "$(BOARD_DIR)/../../modules/manifest.py"
include(_APPLICATION)
