# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""What ./tools/cw bench says of the host beside the pauses."""

import bench_programs  # noqa: F401
import pause


def test_the_waits_of_each_thread_are_read(tmp_path):
    for thread, text in (("7", "900 5000000 3\n"), ("8", "1 20 1\n")):
        folder = tmp_path / "task" / thread
        folder.mkdir(parents=True)
        (folder / "schedstat").write_text(text)
    assert pause.queued_ns(tmp_path) == {"7": 5_000_000, "8": 20}


def test_a_kernel_that_does_not_count_says_nothing(tmp_path):
    assert pause.queued_ns(tmp_path / "gone") == {}
    assert pause.hosts_part([([{"loop": 9}, None], "loop")]) == ""
    assert pause.hosts_part([([None], "loop")]) == ""


def test_the_runs_with_the_longest_pauses_are_told_of():
    runs = [{"loop": 900, "timer": 4000, "queued_ms": 3.04}, None,
            {"loop": 5000, "timer": 1000, "queued_ms": 0.5}]  # fmt: skip
    assert pause.hosts_part([(runs, "loop"), (runs, "timer")]).count(" 0.5, 3.0 ms at most") == 1
