# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""The check of includes and imports finds forbidden ones, and accepts all others."""

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
        ("server.py", "from connectwith import mqtt"),
        ("imp.py", "import socket"),
        ("agent.py", "def f():\n    from connectwith.links.wlan import Wlan"),
        ("connectwith/links/wlan.py", "from connectwith import cloud"),
        ("connectwith/links/wlan.py", "import socket"),
        ("connectwith/mqtt.py", "import socket"),
        ("connectwith/at.py", "from machine import UART"),
        ("connectwith/dialer.py", "import server"),
    ],
)
def test_an_import_across_the_layers(name, line):
    assert len(lint_layers.import_complaints(name, line + "\n")) == 1


@pytest.mark.parametrize(
    "name, line",
    [
        ("server.py", "from connectwith import connection"),
        ("imp.py", "import _connectwith"),
        ("connectwith/links/wlan.py", "from connectwith import results"),
        ("connectwith/links/wlan.py", "from connectwith.links import UP"),
        ("connectwith/session.py", "from connectwith import mqtt"),
    ],
)
def test_an_import_that_is_right(name, line):
    assert lint_layers.import_complaints(name, line + "\n") == []


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
