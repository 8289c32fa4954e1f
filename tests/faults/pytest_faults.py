# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Every fault in every stage of every link, one test for each cell of the matrix.

Each cell is checked for: the result code, exactly one callback, the time, the report, the
interface powered down, nothing left behind, and that the next attempt works.
"""

import pytest
from matrix import CELLS, FAULTS, LINKS, REASONS, SERVER_CONNECTED, STAGES
from rig import RESET_TIME


def _try(rig, cell):
    """Runs `cell` once; returns whether the heap is as before, and the duration in ms."""
    rig.begin(cell.link)
    if cell.stage == "CLOCK":
        rig.set_clock(RESET_TIME)
    timeout_s = rig.timeout_s(cell)
    if cell.make is not None:
        cell.make(rig)
    result, took_ms = rig.attempt(cell, timeout_s)
    assert result == cell.result, rig.device.last_attempt()
    rig.check_time(cell, took_ms, timeout_s)
    rig.check_report(cell)
    if result != SERVER_CONNECTED:
        rig.check_powered_down()
    rig.rest()
    rig.mend()
    rig.set_clock()
    if cell.after is not None:
        cell.after(rig)
    rig.connect_well()
    return rig.check_holdings(), took_ms


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_cell(rig, cell, record_property):
    try:
        clean, took_ms = _try(rig, cell)
        if not clean:
            clean, took_ms = _try(rig, cell)
            assert clean, "the heap grows each time"
    except BaseException:
        rig.power_down()  # the next cell begins with a new board
        raise
    record_property("cell", [str(cell), took_ms])


def test_every_place_has_cells_or_a_reason():
    tested = {(cell.link, cell.stage, cell.fault) for cell in CELLS}
    for link in LINKS:
        for stage in STAGES:
            for fault in FAULTS:
                place = (link, stage, fault)
                assert (place in tested) != (place in REASONS), place
    assert len({str(cell) for cell in CELLS}) == len(CELLS)
