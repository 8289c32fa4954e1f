# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""Includes and imports between layers: forbidden ones are found, allowed ones are not."""

import itertools
from pathlib import Path

import pytest

from commands import lint_layers

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    "name, header",
    [
        ("core/attempt.c", '"py/runtime.h"'),
        ("core/attempt.c", '"connectwith/port/platform.h"'),
        ("core/attempt.h", "<unistd.h>"),
        ("port/scan_idf.h", '"esp_wifi.h"'),
        ("port/scan_idf.c", '"py/runtime.h"'),
        ("port/secret_idf.c", '"connectwith/bind/bind.h"'),
        ("bind/scan.c", '"esp_wifi.h"'),
        ("bind/scan.c", '"lwip/tcpip.h"'),
        ("bind/stream.c", '"connectwith/port/tls_internal.h"'),
        ("else/file.c", "<stdint.h>"),
    ],
)
def test_an_include_across_the_layers(name, header):
    assert len(lint_layers.include_complaints(name, f"#include {header}\n")) == 1


@pytest.mark.parametrize(
    "name, header",
    [
        ("core/attempt.c", '"connectwith/core/attempt.h"'),
        ("port/scan_idf.c", '"esp_wifi.h"'),
        ("port/platform_idf.c", '"py/mphal.h"'),
        ("port/tls_internal.h", '"mbedtls/ssl.h"'),
        ("bind/scan.c", '"connectwith/port/scan_idf.h"'),
        ("bind/scan.c", "<string.h>"),
    ],
)
def test_an_include_that_is_right(name, header):
    assert lint_layers.include_complaints(name, f"  #include {header}\n") == []


@pytest.mark.parametrize(
    "name, line",
    [
        ("server.py", "from connectwith.session import mqtt"),
        ("server.py", "from connectwith.connection import sequence"),
        ("imp.py", "import socket"),
        ("agent.py", "def f():\n    from connectwith.links.wlan import Wlan"),
        ("connectwith/links/wlan.py", "import socket"),
        ("connectwith/links/modem/sim7600.py", "from connectwith.links import wlan"),
        ("connectwith/session/mqtt.py", "import socket"),
        ("connectwith/session/mqtt.py", "from connectwith.session import sending"),
        ("connectwith/links/modem/at.py", "from machine import UART"),
        ("connectwith/connection/dialer.py", "import server"),
        ("connectwith/session/sending.py", "from connectwith import links"),
        ("connectwith/session/sending.py", "from connectwith.links import UP"),
        ("connectwith/results.py", "from connectwith.settings import nic"),
    ],
)
def test_an_import_across_the_layers(name, line):
    assert len(lint_layers.import_complaints(name, line + "\n")) == 1


@pytest.mark.parametrize(
    ("lower", "upper"),
    [pair[::-1] for pair in itertools.combinations(lint_layers.ROOMS, 2)],
)
@pytest.mark.parametrize("form", ["from connectwith.{} import x", "from connectwith import {}",
                                  "import connectwith.{}.x",
                                  "def f():\n    from connectwith.{}.x import y",
                                  "import sys\nsys.modules.get('connectwith.{}.x')"])  # fmt: skip
def test_an_arrow_back(lower, upper, form):
    bad = lint_layers.import_complaints(f"connectwith/{lower}/x.py", form.format(upper) + "\n")
    assert len(bad) == 1 and f"connectwith.{upper}" in bad[0]


@pytest.mark.parametrize(
    "name, line",
    [
        ("server.py", "from connectwith import connection"),
        ("server.py", "from connectwith.session import messages"),
        ("imp.py", "import _connectwith"),
        ("connectwith/links/wlan.py", "from connectwith import results"),
        ("connectwith/links/wlan.py", "from connectwith.links import UP"),
        ("connectwith/links/modem/sim7600.py", "from connectwith.links import UP"),
        ("connectwith/session/__init__.py", "from connectwith.session import mqtt"),
        ("connectwith/session/mqtt.py", "from connectwith.session import mqtt_frame"),
        ("connectwith/session/mqtt_frame.py", "from connectwith import overwrite"),
        ("connectwith/settings/saving.py", '_SPACE = "connectwith.gsm"'),
        ("connectwith/connection/sequence.py", "from connectwith import links, session"),
    ],
)
def test_an_import_that_is_right(name, line):
    assert lint_layers.import_complaints(name, line + "\n") == []


def test_files_that_import_each_other():
    texts = {
        "connectwith/connection/a.py": "from connectwith.connection import b\n",
        "connectwith/connection/b.py": "def f():\n    from connectwith.connection.a import x\n",
        "connectwith/connection/c.py": "from connectwith.connection import a\n",
        "connectwith/results.py": "",
    }
    bad = lint_layers.circle_complaints("modules", texts)
    assert len(bad) == 1 and bad[0].endswith("connectwith.connection.a, connectwith.connection.b")
    texts["connectwith/connection/b.py"] = "from connectwith import results\n"
    assert lint_layers.circle_complaints("modules", texts) == []


def test_files_of_the_tools_that_import_each_other():
    texts = {
        "bench/__init__.py": "from .a import x\n",
        "bench/a.py": "from .modem import b\n",
        "bench/modem/b.py": "if TYPE_CHECKING:\n    from ..c import x\n",
        "bench/c.py": "from bench.a import x\n",
        "bench/modem/radio.py": "if TYPE_CHECKING:\n    from .sim7600 import x\n",
        "bench/modem/sim7600.py": "from .radio import x\n",
        "commands/d.py": "from bench import x\n",
    }
    bad = lint_layers.circle_complaints("tools", texts)
    assert bad == ["tools: import each other: bench.a, bench.c, bench.modem.b"]
    texts["bench/modem/b.py"] = "from ..errors import x\n"
    assert lint_layers.circle_complaints("tools", texts) == []


def test_a_source_that_one_build_lacks(tmp_path):
    folder = tmp_path / "firmware" / "connectwith"
    (folder / "port").mkdir(parents=True)
    (folder / "port" / "new_idf.c").touch()
    (folder / "micropython.cmake").write_text("")
    (folder / "micropython.mk").write_text("")
    bad = lint_layers.list_complaints(tmp_path)
    assert [text.rpartition("/")[2] for text in bad] == ["new_idf.c"] * 2


def test_the_project_keeps_to_it():
    assert lint_layers.complaints(ROOT) == []
