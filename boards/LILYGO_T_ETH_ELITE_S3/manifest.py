# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

# The modules of every ESP32 firmware of MicroPython
include("$(PORT_DIR)/boards/manifest.py")

include("$(BOARD_DIR)/../../modules/manifest.py")

module("modem_board.py", base_path="$(BOARD_DIR)")
