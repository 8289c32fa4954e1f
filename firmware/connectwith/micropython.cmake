# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

# The user module _connectwith for MicroPython's CMake builds (ESP32).

# make and this pattern read the same list of core sources. CMake must be told to configure again
# when the list changes: otherwise a build would lack an added file.
set(connectwith_list ${CMAKE_CURRENT_LIST_DIR}/core/sources.mk)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${connectwith_list})
file(STRINGS ${connectwith_list} connectwith_lines REGEX "^\t")
string(REGEX MATCHALL "[^ \t\\;]+\\.c" connectwith_core "${connectwith_lines}")
list(TRANSFORM connectwith_core PREPEND ${CMAKE_CURRENT_LIST_DIR}/core/)

add_library(usermod_connectwith INTERFACE)

target_sources(usermod_connectwith INTERFACE
    ${connectwith_core}
    ${CMAKE_CURRENT_LIST_DIR}/bind/alarm.c
    ${CMAKE_CURRENT_LIST_DIR}/bind/attempt.c
    ${CMAKE_CURRENT_LIST_DIR}/bind/keys.c
    ${CMAKE_CURRENT_LIST_DIR}/bind/link.c
    ${CMAKE_CURRENT_LIST_DIR}/bind/lock.c
    ${CMAKE_CURRENT_LIST_DIR}/bind/modconnectwith.c
    ${CMAKE_CURRENT_LIST_DIR}/bind/resolver.c
    ${CMAKE_CURRENT_LIST_DIR}/bind/scan.c
    ${CMAKE_CURRENT_LIST_DIR}/bind/seal.c
    ${CMAKE_CURRENT_LIST_DIR}/bind/session.c
    ${CMAKE_CURRENT_LIST_DIR}/bind/settings.c
    ${CMAKE_CURRENT_LIST_DIR}/bind/status.c
    ${CMAKE_CURRENT_LIST_DIR}/bind/stream.c
    ${CMAKE_CURRENT_LIST_DIR}/bind/tap.c
    ${CMAKE_CURRENT_LIST_DIR}/bind/wake.c
    ${CMAKE_CURRENT_LIST_DIR}/port/aead_mbedtls.c
    ${CMAKE_CURRENT_LIST_DIR}/port/ethernet_idf.c
    ${CMAKE_CURRENT_LIST_DIR}/port/keys_mbedtls.c
    ${CMAKE_CURRENT_LIST_DIR}/port/linger_lwip.c
    ${CMAKE_CURRENT_LIST_DIR}/port/link_idf.c
    ${CMAKE_CURRENT_LIST_DIR}/port/platform_idf.c
    ${CMAKE_CURRENT_LIST_DIR}/port/resolve_lwip.c
    ${CMAKE_CURRENT_LIST_DIR}/port/resolve_udp.c
    ${CMAKE_CURRENT_LIST_DIR}/port/route_lwip.c
    ${CMAKE_CURRENT_LIST_DIR}/port/scan_idf.c
    ${CMAKE_CURRENT_LIST_DIR}/port/secret_idf.c
    ${CMAKE_CURRENT_LIST_DIR}/port/settings_idf.c
    ${CMAKE_CURRENT_LIST_DIR}/port/stream_lwip.c
    ${CMAKE_CURRENT_LIST_DIR}/port/tls_bio.c
    ${CMAKE_CURRENT_LIST_DIR}/port/tls_handshake.c
    ${CMAKE_CURRENT_LIST_DIR}/port/tls_mbedtls.c
    ${CMAKE_CURRENT_LIST_DIR}/port/tls_session.c
    ${CMAKE_CURRENT_LIST_DIR}/port/timeslice_freertos.c
    ${CMAKE_CURRENT_LIST_DIR}/port/traffic_lwip.c
    ${CMAKE_CURRENT_LIST_DIR}/port/watch_lwip.c
    ${CMAKE_CURRENT_LIST_DIR}/port/worker_freertos.c
)

target_include_directories(usermod_connectwith INTERFACE ${CMAKE_CURRENT_LIST_DIR}/..)

# The file VERSION has the version. MicroPython's own files get the definition, too:
# boards/version.h.
get_filename_component(connectwith_version_file ${CMAKE_CURRENT_LIST_DIR}/../../VERSION ABSOLUTE)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${connectwith_version_file})
file(STRINGS ${connectwith_version_file} connectwith_version LIMIT_COUNT 1)
target_compile_definitions(usermod_connectwith INTERFACE
    CONNECTWITH_VERSION="${connectwith_version}")

# For the HMAC unit and its key. The component of the header depends on the version of ESP-IDF.
target_link_libraries(usermod_connectwith INTERFACE
    $<TARGET_NAME_IF_EXISTS:idf::efuse>
    $<TARGET_NAME_IF_EXISTS:idf::esp_security>
)

# MicroPython compiles user modules twice: in ESP-IDF's main component and in micropython.elf. The
# second set is linked, and lacks ESP-IDF's flags: it has no definitions (ESP_PLATFORM, without
# which FreeRTOS lacks xTaskCreatePinnedToCore) and, up to MicroPython 1.27, no options, so it
# would be compiled without optimisation and without a section for each function.
idf_build_get_property(connectwith_definitions COMPILE_DEFINITIONS)
idf_build_get_property(connectwith_options COMPILE_OPTIONS)
target_compile_definitions(usermod_connectwith INTERFACE ${connectwith_definitions})
target_compile_options(usermod_connectwith INTERFACE ${connectwith_options})

# This code is optimised for size on every board, because it has no performance-critical loop. As a
# property of the files the option comes last and affects no other file. It must be set for both
# folders that compile them. (CMake before 3.18 has no DIRECTORY here, and keeps the option of the
# board.)
get_target_property(connectwith_sources usermod_connectwith INTERFACE_SOURCES)
set_source_files_properties(${connectwith_sources}
    DIRECTORY ${CMAKE_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR}
    PROPERTIES COMPILE_OPTIONS -Os)

target_link_libraries(usermod INTERFACE usermod_connectwith)
