# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The errors of the bench itself."""


class BenchError(Exception):
    """The simulated world, or a board in it, has failed; the text says what to do."""
