# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The frozen modules can be imported by every unit test, and every program can be interrupted."""

import signal

import micropython_on_cpython  # noqa: F401

# A shell starts a background job with Ctrl-C ignored, and all that the job starts inherits that.
signal.signal(signal.SIGINT, signal.default_int_handler)
