# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

# What all boards here have in common: included by each mpconfigboard.cmake, after it has chosen
# upstream's fragments of sdkconfig.

set(MICROPY_FROZEN_MANIFEST ${MICROPY_BOARD_DIR}/manifest.py)

# A name in sdkconfig would be looked for in upstream's folder, and nothing is replaced in there.
set(connectwith_partitions ${CMAKE_BINARY_DIR}/sdkconfig.partitions)
file(WRITE ${connectwith_partitions}
    "CONFIG_PARTITION_TABLE_CUSTOM_FILENAME=\"${MICROPY_BOARD_DIR}/partitions.csv\"\n")

list(APPEND SDKCONFIG_DEFAULTS
    ${CMAKE_CURRENT_LIST_DIR}/sdkconfig.connectwith
    ${MICROPY_BOARD_DIR}/sdkconfig.board
    ${connectwith_partitions}
)
