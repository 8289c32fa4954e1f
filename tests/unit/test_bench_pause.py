# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The waiting times and the histogram that ./tools/cw bench shows beside the pauses."""

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
    assert pause.queued_cell([{"loop": 9}, None], "loop") is None
    assert pause.queued_cell([None], "loop") is None


def test_the_run_with_the_longest_pause_counts():
    runs = [{"loop": 900, "timer": 4000, "queued_ms": 3.04}, None,
            {"loop": 5000, "timer": 1000, "queued_ms": 0.5}]  # fmt: skip
    assert pause.queued_cell(runs, "loop").values == [0.5]
    assert pause.queued_cell(runs, "timer").values == [3.04]


def test_a_gap_is_counted_in_its_class():
    counts = pause.histogram([499, 500, 1000, 1189, 1190, 5_000_000])
    assert len(counts) == len(pause.EDGES_MS) - 1
    assert (counts[0], counts[4], counts[5], counts[-1]) == (1, 2, 1, 1)
    assert sum(counts) == 5
