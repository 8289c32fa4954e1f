# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

# The modules of every ESP32 firmware of MicroPython
include("$(PORT_DIR)/boards/manifest.py")

# This board has no W5500.
include("$(BOARD_DIR)/../../modules/manifest.py", w5500=False)

module("modem_board.py", base_path="$(BOARD_DIR)")
