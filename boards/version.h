// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// The firmware's version in the REPL's banner and in sys.version, after MicroPython's own text, which
// programs may search for. The version is in the file VERSION. The C module's build files define it for
// the whole firmware.

#ifndef CONNECTWITH_BOARDS_VERSION_H
#define CONNECTWITH_BOARDS_VERSION_H

#ifdef CONNECTWITH_VERSION
#define MICROPY_BANNER_NAME_AND_VERSION \
    "MicroPython " MICROPY_GIT_TAG " on " MICROPY_BUILD_DATE "; connectwith " CONNECTWITH_VERSION
#endif

#endif // CONNECTWITH_BOARDS_VERSION_H
