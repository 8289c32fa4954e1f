# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

# MicroPython's optional parts of the board, as on ESP32.
MICROPY_PY_SSL = 1
MICROPY_SSL_MBEDTLS = 1
MICROPY_PY_BTREE = 0
MICROPY_VFS_LFS2 = 1
MICROPY_VFS_FAT = 1
MICROPY_ROM_TEXT_COMPRESSION = 0
