# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Set-up of a machine, step by step: Debian packages, virtual environment, sources, builds.

They import the standard library only, because they make the environment for all other packages.
A step whose result exists does nothing. An interrupted step leaves no partial result.
"""
