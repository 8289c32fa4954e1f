# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

# The modules of every ESP32 firmware of MicroPython
include("$(PORT_DIR)/boards/manifest.py")

# Its Ethernet is not a W5500, but the link is the same.
include("$(BOARD_DIR)/../../modules/manifest.py")
