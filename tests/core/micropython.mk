# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

# The user module _coretests: the same tests inside MicroPython, for the bare platform.

CORETESTS_DIR := $(USERMOD_DIR)

SRC_USERMOD_C += $(CORETESTS_DIR)/modcoretests.c
SRC_USERMOD_LIB_C += $(addprefix $(CORETESTS_DIR)/, \
	harness.c test_attempt.c test_attempt_walk.c test_backoff.c test_builddate.c \
	test_clockrecord.c test_dnsmsg.c test_hostname.c test_jsontext.c test_lookup.c test_pppscan.c \
	test_resume.c test_utf8.c)

$(BUILD)/coretests/%.o: CFLAGS += -Wall -Wextra -Werror
