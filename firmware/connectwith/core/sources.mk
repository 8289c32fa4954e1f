# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

# The one list of core sources: micropython.mk, micropython.cmake and tests/core read it.
# Plain names only, one on a line, because CMake reads this file too.
CONNECTWITH_CORE_C := \
	attempt.c \
	backoff.c \
	builddate.c \
	clockrecord.c \
	dnsmsg.c \
	hostname.c \
	jsontext.c \
	lookup.c \
	pppscan.c \
	resume.c \
	seal.c \
	utf8.c
