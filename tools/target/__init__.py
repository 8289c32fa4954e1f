# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Boards that are no virtual ones, and the bench that somebody has built around them.

`options`, `bench_file` and `faults` import with the standard library alone, for ./tools/cw.
"""
