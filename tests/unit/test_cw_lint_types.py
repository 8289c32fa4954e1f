# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""The types of frozen code: errors are found, and gaps of the stubs are accepted."""

import shutil
from pathlib import Path

import pytest

from commands import lint_types

ROOT = Path(__file__).resolve().parents[2]
GAPS = """\
links/w5500.py:1: error: "type[board]" has no attribute "W5500_CS"  [attr-defined]
links/w5500.py:2: error: Unexpected keyword argument "cs" for "LAN"  [call-arg]
links/modem/ppp.py:3: error: Unexpected keyword argument "x" for "connect" of "PPP"  [call-arg]
failover.py:5: error: "Job" has no attribute "left_ms"  [attr-defined]
"""


@pytest.mark.parametrize(
    "line",
    [
        "import machine; machine.Pim(3)",
        "import network; network.WLAN(network.WLAN.IF_STA).conect()",
        "import esp32; esp32.NVS('a').get_i64('b')",
        "import time; time.sleep_ns(3)",
        "import _connectwith; _connectwith.Stream().flush()",
        "import _connectwith; _connectwith.link_state()",
        "from connectwith import nowhere",
        "print(a_name)",
    ],
)
def test_a_slip_is_found(tmp_path, line):
    (tmp_path / "modules").mkdir()
    (tmp_path / "modules" / "slip.py").write_text(line + "\n")
    bad = lint_types.judge(lint_types.mypy(tmp_path / "modules", ROOT) + GAPS)
    assert len(bad) == 1 and bad[0].startswith("modules/slip.py:1: "), bad


def test_gaps_are_no_complaints_and_do_not_outlive_their_cause():
    assert lint_types.judge(GAPS) == []
    bad = lint_types.judge("\n".join(GAPS.splitlines()[:-1]))
    assert len(bad) == 1 and "nothing is left" in bad[0]


def test_the_stub_is_held_to_the_tables(tmp_path):
    shutil.copytree(ROOT / "firmware" / "connectwith", tmp_path / "firmware" / "connectwith")
    stub = tmp_path / lint_types.STUB
    stub.parent.mkdir(parents=True)
    text = (ROOT / lint_types.STUB).read_text()
    stub.write_text(text)
    assert lint_types.stub_complaints(tmp_path) == []
    stub.write_text(text.replace("STAGE_TLS: int\n", "").replace("def overdue(", "def late("))
    assert sorted(line.partition(": ")[2] for line in lint_types.stub_complaints(tmp_path)) == [
        "has Attempt.late, the C module has not",
        "lacks Attempt.overdue",
        "lacks STAGE_TLS",
    ]
