# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The modem's clock: every date against the standard library, and what is refused."""

from datetime import UTC, datetime, timedelta

import pytest
from connectwith.links.modem.network_time import seconds

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
FLOOR_S = int((datetime(2026, 1, 1, tzinfo=UTC) - EPOCH).total_seconds())


def test_every_day_that_can_come():
    day = datetime(2000, 1, 1, 13, 7, 59, tzinfo=UTC)
    while day.year < 2070:
        text = day.strftime("%y/%m/%d,%H:%M:%S+00")
        assert seconds(text, 0) == int((day - EPOCH).total_seconds()), text
        day += timedelta(days=1)


@pytest.mark.parametrize(("zone", "hours"), [("+04", 1), ("-20", -5), ("+22", 5.5), ("+00", 0)])
def test_the_zone_counts_quarters_of_an_hour(zone, hours):
    local = datetime(2026, 11, 22, 20, 0, 0, tzinfo=UTC)
    utc_s = int((local - timedelta(hours=hours) - EPOCH).total_seconds())
    assert seconds("26/11/22,20:00:00" + zone, FLOOR_S) == utc_s


@pytest.mark.parametrize(
    "text",
    ["", "80/01/06,07:09:04", "26/11/22,20:00:00", "80/01/06,00:00:00+00", "26/13/22,20:00:00+00",
     "26/00/22,20:00:00+00", "26/11/32,20:00:00+00", "26/11/00,20:00:00+00",
     "26/11/22,24:00:00+00", "26/11/22,20:60:00+00", "26/11/22,20:00:61+00",
     "26/11/22,20:00:00+57", "26/11/22,20:00:00*00", "26-11-22,20:00:00+00",
     "26/11/22,20:00:00+0x", "2x/11/22,20:00:00+00", "26/11/22,20:00:00+0\u0664",
     "26/11/22 20:00:00+00", "25/12/31,23:59:59+00", "26/01/01,00:59:59+04"],
)  # fmt: skip
def test_refused(text):
    assert seconds(text, FLOOR_S) is None


def test_the_floor_itself_is_believed():
    assert seconds("26/01/01,00:00:00+00", FLOOR_S) == FLOOR_S
