# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Set-up of a machine, step by step: Debian packages, virtual environment, sources, builds.

Standard library only: these steps make the environment in which anything else can be imported.
Each step does nothing when its result is already there, and leaves nothing half-made behind.
"""
