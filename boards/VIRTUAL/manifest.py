# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

include("$(MPY_DIR)/extmod/asyncio")

# ESP32's own start of the file system
freeze("$(MPY_DIR)/ports/esp32/modules", ("_boot.py", "flashbdev.py", "inisetup.py"))

# ssl, which other ports take from micropython-lib
freeze("$(PORT_DIR)/modules")

_APPLICATION = "$(BOARD_DIR)/../../modules/manifest.py"
include(_APPLICATION)
