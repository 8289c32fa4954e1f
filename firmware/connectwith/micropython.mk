# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

# The user module _connectwith for MicroPython's make builds.
#
# CONNECTWITH_PLATFORM=idf   ESP-IDF or its stand-in (default)
# CONNECTWITH_PLATFORM=bare  no network, no timer interrupt, no storage (MicroPython's qemu port)

CONNECTWITH_DIR := $(USERMOD_DIR)
CONNECTWITH_PLATFORM ?= idf

include $(CONNECTWITH_DIR)/core/sources.mk

# Only bind/ is scanned for qstrs.
CONNECTWITH_BIND_C := modconnectwith.c attempt.c wake.c status.c tap.c lock.c
CONNECTWITH_PORT_C := platform_$(CONNECTWITH_PLATFORM).c

ifeq ($(CONNECTWITH_PLATFORM),idf)
CONNECTWITH_BIND_C += resolver.c stream.c session.c link.c scan.c seal.c keys.c settings.c alarm.c
CONNECTWITH_PORT_C += linger_lwip.c resolve_lwip.c resolve_udp.c route_lwip.c stream_lwip.c traffic_lwip.c
CONNECTWITH_PORT_C += tls_mbedtls.c tls_handshake.c tls_session.c tls_bio.c
CONNECTWITH_PORT_C += keys_mbedtls.c worker_freertos.c aead_mbedtls.c link_idf.c scan_idf.c ethernet_idf.c
CONNECTWITH_PORT_C += secret_idf.c settings_idf.c watch_lwip.c timeslice_freertos.c
else
CONNECTWITH_BIND_C += absent.c
endif

SRC_USERMOD_C += $(addprefix $(CONNECTWITH_DIR)/bind/, $(CONNECTWITH_BIND_C))
SRC_USERMOD_LIB_C += $(addprefix $(CONNECTWITH_DIR)/core/, $(CONNECTWITH_CORE_C))
SRC_USERMOD_LIB_C += $(addprefix $(CONNECTWITH_DIR)/port/, $(CONNECTWITH_PORT_C))

# Includes are written "connectwith/core/attempt.h".
CFLAGS_USERMOD += -I$(CONNECTWITH_DIR)/..

# The files that contain the version are compiled again when the file VERSION changes.
CONNECTWITH_VERSION_FILE := $(CONNECTWITH_DIR)/../../VERSION
CFLAGS_USERMOD += -DCONNECTWITH_VERSION=\"$(shell cat $(CONNECTWITH_VERSION_FILE))\"
$(BUILD)/connectwith/bind/modconnectwith.o: $(CONNECTWITH_VERSION_FILE)
$(BUILD)/py/modsys.o $(BUILD)/shared/runtime/pyexec.o: $(CONNECTWITH_VERSION_FILE)

# This code is compiled with more warnings than MicroPython. Unused parameters are allowed in
# bind/: the signatures of its callbacks are fixed, and MicroPython's headers (py/pystack.h) have
# some.
$(BUILD)/connectwith/bind/%.o: CFLAGS += -Wno-unused-parameter
$(BUILD)/connectwith/%.o: CFLAGS += -Wall -Wextra -Werror
