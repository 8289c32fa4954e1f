# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

# Run by cmake -P. Includes a board's files as MicroPython's ports/esp32/CMakeLists.txt does, and writes
# to the current folder what the board has chosen: the chip, and fragments of sdkconfig in the order in
# which they count.

# A script has the current folder in both.
set(CMAKE_CURRENT_SOURCE_DIR ${MICROPY_PORT})
include(${MICROPY_BOARD_DIR}/mpconfigboard.cmake)
file(WRITE ${CMAKE_BINARY_DIR}/chosen "${IDF_TARGET}\n")
foreach(fragment IN LISTS SDKCONFIG_DEFAULTS)
    file(APPEND ${CMAKE_BINARY_DIR}/chosen "${fragment}\n")
endforeach()
