# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

# Settings of all boards. Each mpconfigboard.cmake includes this after it has chosen upstream's fragments of
# sdkconfig.

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

# Names in sdkconfig are relative to upstream's folder, and no file in there is replaced.
set(connectwith_partitions ${CMAKE_BINARY_DIR}/sdkconfig.partitions)
file(WRITE ${connectwith_partitions}
    "CONFIG_PARTITION_TABLE_CUSTOM_FILENAME=\"${MICROPY_BOARD_DIR}/partitions.csv\"\n")

# The image's description (esp_app_desc), which esptool's image-info and an update read.
# The path must always be spelled the same: ninja refuses a file with two names.
get_filename_component(connectwith_version_file ${CMAKE_CURRENT_LIST_DIR}/../VERSION ABSOLUTE)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${connectwith_version_file})
file(STRINGS ${connectwith_version_file} connectwith_version LIMIT_COUNT 1)
set(connectwith_description ${CMAKE_BINARY_DIR}/sdkconfig.version)
file(WRITE ${connectwith_description}
    "CONFIG_APP_PROJECT_VER_FROM_CONFIG=y\nCONFIG_APP_PROJECT_VER=\"${connectwith_version}\"\n")

list(APPEND SDKCONFIG_DEFAULTS
    ${CMAKE_CURRENT_LIST_DIR}/sdkconfig.connectwith
    ${MICROPY_BOARD_DIR}/sdkconfig.board
    ${connectwith_partitions}
    ${connectwith_description}
)

# ESP-IDF has this option since v5.2.3, v5.3.2 and v5.4, and warns about what it does not know.
file(STRINGS $ENV{IDF_PATH}/components/esp_netif/Kconfig connectwith_option
    REGEX "config ESP_NETIF_SET_DNS_PER_DEFAULT_NETIF$")
if(connectwith_option)
    list(APPEND SDKCONFIG_DEFAULTS ${CMAKE_CURRENT_LIST_DIR}/sdkconfig.dns)
endif()
