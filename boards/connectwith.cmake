# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

# What all boards here have in common: included by each mpconfigboard.cmake, after it has chosen
# upstream's fragments of sdkconfig.

# Boards name upstream's fragments as MicroPython 1.25 does. 1.27 has none for USB any more, which
# is a component's business there, and 1.29 names those for PSRAM after the chips they are for. 1.27
# is the first with one for all RISC-V chips (less code: -Os).
set(connectwith_fragments)
foreach(connectwith_fragment IN LISTS SDKCONFIG_DEFAULTS)
    string(REGEX REPLACE "spiram$" "spiram_esp32" connectwith_newer ${connectwith_fragment})
    string(REGEX REPLACE "spiram_sx$" "spiram_quad" connectwith_newer ${connectwith_newer})
    if(EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/${connectwith_fragment})
        list(APPEND connectwith_fragments ${connectwith_fragment})
    elseif(NOT connectwith_fragment MATCHES "(usb|riscv)$")
        list(APPEND connectwith_fragments ${connectwith_newer})
    endif()
endforeach()
set(SDKCONFIG_DEFAULTS ${connectwith_fragments})

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
