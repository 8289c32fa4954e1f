# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Whether the board has what it freezes of micropython-lib."""

import pytest

from setup import paths
from setup.lock import read_lock


def need(repl, *names):
    """Skips the test if the board was built without one of these modules of micropython-lib.

    Never where the whole of micropython-lib was fetched: there a missing module is a failure.
    """
    commit = read_lock(paths.LOCK_FILE).library.git_commit
    if (paths.cache() / "src" / f"micropython-lib-{commit[:8]}").is_dir():
        return
    for name in names:
        if repl.run(f"try: import {name}\nexcept ImportError: print('no')"):
            pytest.skip(f"no {name}: micropython-lib's repository could not be reached")
