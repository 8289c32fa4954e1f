# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Real and emulated boards, and the bench around them.

`options`, `bench_file` and `faults` import with the standard library alone, for ./tools/cw.
"""
