# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""boards/connectwith.cmake, run by CMake: the fragments of sdkconfig that a board gets."""

import shutil
import subprocess

import pytest

from setup import paths

pytestmark = pytest.mark.skipif(shutil.which("cmake") is None, reason="there is no cmake here")
SCRIPT = """\
set(MICROPY_BOARD_DIR {board})
include({board}/mpconfigboard.cmake)
foreach(name IN LISTS SDKCONFIG_DEFAULTS)
    message("${{name}}")
endforeach()
"""


def fragments(tmp_path, option="ESP_NETIF_SET_DNS_PER_DEFAULT_NETIF", board="ESP32_C3_QEMU"):
    """The fragments, upstream's having those of MicroPython 1.25."""
    kconfig = tmp_path / "idf" / "components" / "esp_netif" / "Kconfig"
    kconfig.parent.mkdir(parents=True, exist_ok=True)
    kconfig.write_text(f"menu x\n    config {option}\n        bool y\n")
    upstream = tmp_path / "boards"
    upstream.mkdir(exist_ok=True)
    for name in ("base", "ble", "usb", "spiram", "spiram_sx", "spiram_oct", "240mhz"):
        (upstream / f"sdkconfig.{name}").write_text("")
    script = tmp_path / "run.cmake"
    script.write_text(SCRIPT.format(board=paths.ROOT / "boards" / board))
    environment = {"IDF_PATH": str(tmp_path / "idf"), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(["cmake", "-P", script], cwd=tmp_path, env=environment,
                          capture_output=True, text=True, timeout=60)  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stderr.split()


def test_an_option_is_given_only_to_an_idf_that_has_it(tmp_path):
    assert any(name.endswith("/sdkconfig.dns") for name in fragments(tmp_path))
    assert not any(name.endswith("/sdkconfig.dns") for name in fragments(tmp_path, "OTHER"))
    common = (paths.ROOT / "boards" / "sdkconfig.connectwith").read_text()
    assert "SET_DNS_PER_DEFAULT_NETIF" not in common


def test_the_version_is_in_the_image_description(tmp_path):
    (name,) = [n for n in fragments(tmp_path) if n.endswith("sdkconfig.version")]
    assert (tmp_path / name).read_text() == (
        f'CONFIG_APP_PROJECT_VER_FROM_CONFIG=y\nCONFIG_APP_PROJECT_VER="{paths.version()}"\n'
    )


@pytest.mark.parametrize("board", ["LILYGO_T_SIM7600", "WAVESHARE_ESP32_S3_ETH"])
def test_all_fragments_are_there(tmp_path, board):
    for name in fragments(tmp_path, board=board):
        assert (tmp_path / name).is_file(), name
