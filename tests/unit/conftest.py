# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The frozen modules can be imported by every unit test."""

import micropython_on_cpython  # noqa: F401
