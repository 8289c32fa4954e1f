# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The checks of board folders, and that they hold."""

import ast
import shutil
from pathlib import Path

import pytest

from commands import lint_boards as lint
from commands import lint_partitions
from setup import paths

GOOD = "T-board.\n\nStrapping pins in use: none.\n"
TABLE = """\
# a comment
nvs,     data, nvs,     0x9000,   0x6000
phy,     data, phy,     0xf000,   0x1000
factory, app,  factory, 0x10000,  0x1F0000
vfs,     data, fat,     0x200000, 0x200000
"""


def test_our_boards_are_in_order():
    assert lint.complaints(paths.ROOT) == []


@pytest.mark.parametrize(
    ("pins", "psram", "what"),
    [
        ({"BUTTON": 24}, "", "no GPIO24"),
        ({"BUTTON": 6}, "", "flash or PSRAM"),
        ({"I2C_SDA": 17}, "quad", "flash or PSRAM"),
        ({"MODEM_TX": 35, "MODEM_RX": 26}, "", "only be an input"),
        ({"MODEM_TX": 27, "MODEM_RX": 27}, "", "MODEM_TX and MODEM_RX"),
        ({"MODEM_TX": 27}, "", "MODEM lacks MODEM_RX"),
        ({"W5500_CS": 21}, "", "W5500 lacks"),
        ({"LED": 3}, "", "belongs to the console"),
        ({"LED": 2}, "", "Strapping pins in use: 2."),
    ],
)
def test_wrong_pins_are_named(pins, psram, what):
    bad = lint.pin_complaints(pins, lint.CHIPS["esp32"], psram, GOOD)
    assert any(what in text for text in bad), bad


@pytest.mark.parametrize(("mcu", "gpio"), [("esp32s3", 19), ("esp32s3", 20), ("esp32c3", 18)])
def test_the_usb_port_is_the_console_of_newer_chips(mcu, gpio):
    bad = lint.pin_complaints({"BUTTON": gpio}, lint.CHIPS[mcu], "", GOOD)
    assert bad == [f"BUTTON: GPIO{gpio} belongs to the console"]


def test_pins_that_are_right():
    pins = {"MODEM_TX": 27, "MODEM_RX": 26, "MODEM_STATUS": 34, "I2C_SDA": 17}
    assert lint.pin_complaints(pins, lint.CHIPS["esp32"], "", GOOD) == []


@pytest.mark.parametrize("row", ["led,GPIO2", "LED,2", "LED,GPIO2,GPIO3", "LED,GPIOx", "LED"])
def test_pins_csv_has_a_grammar(tmp_path, row):
    file = tmp_path / "pins.csv"
    file.write_text(f"BUTTON,GPIO0\n{row}\n")
    with pytest.raises(ValueError, match=r"pins\.csv:2"):
        lint.read_pins(file)


def test_a_partition_table_that_is_right():
    assert lint_partitions.complaints(TABLE, 4 << 20) == []


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("0x1F0000", "0x1F1000", "begins before"),
        ("0x200000, 0x200000", "0x200000, 0x201000", "the flash at 0x400000"),
        ("0x10000,", "0x11000,", "aligned"),
        ("0x6000", "0x6001", "aligned"),
        ("vfs, ", "data,", "no partition vfs"),
        ("0x9000, ", "here,", "not name, type"),
        ("nvs,     data", "nvs,     data, nvs\nx,   data", "not name, type"),
        ("phy, ", "nvs, ", "nvs is there twice"),
        ("phy, ", "a_name_of_17_byte,", "no name of 1 to 16"),
        ("data, phy", "data, phi", "unknown type"),
        ("data, phy", "date, phy", "unknown type"),
        ("0x6000", "0x2000", "less than 3 pages"),
        ("0x6000", "0x6000, encrypted", "nvs must not be flagged"),
        ("0x6000", "0x6000, readonly", "must not be readonly"),
        ("0x6000", "0x6000, hidden", "unknown flag: hidden"),
        ("0x6000", "0x6000, encrypted, readonly", "not name, type"),
        ("data, phy", "data, nvs_keys", "must be flagged"),
        ("app,  factory", "data, undefined", "no partition for an application"),
        ("app,  factory", "app,  ota_0", "two at least"),
        ("data, phy", "data, ota", "belongs to slots"),
    ],
)
def test_wrong_partition_tables_are_named(old, new, what):
    bad = lint_partitions.complaints(TABLE.replace(old, new, 1), 4 << 20)
    assert any(what in text for text in bad), bad


def ota_table(slot: str = "0x200000", data: str = "0x2000") -> str:
    return (
        "nvs, data, nvs, 0x9000, 0x4000\n"
        f"otadata, data, ota, 0xd000, {data}\n"
        "ota_0, app, ota_0, 0x10000, 0x180000\n"
        f"ota_1, app, ota_1, 0x190000, {slot}\n"
        "vfs, data, fat, 0x390000, 0x70000\n"
    )


def test_a_table_for_ota():
    assert lint_partitions.complaints(ota_table("0x180000"), 4 << 20) == []
    for table, what in ((ota_table(), "differ in size"), (ota_table(data="0x1000"), "0x2000")):
        bad = lint_partitions.complaints(table, 4 << 20)
        assert any(what in text for text in bad), bad


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ('"esp32"', '"esp32s3"', "mcu is not esp32"),
        ('"0x1000"', '"0"', "flash_offset must be 0x1000"),
        ('"vendor": "Espressif"', '"vendor": ""', "vendor is empty"),
        ('"images": []', '"images": ""', "images must be a list"),
        ('"docs": ""', '"document": ""', "document is unknown"),
        ('"BLE",', "", None),
        ('"BLE",', '"WiFi", "BLE",', "features must be sorted"),
    ],
)
def test_board_json_is_looked_at(old, new, what):
    text = (paths.ROOT / "boards/ESP32_GENERIC_W5500_SIM7600/board.json").read_text()
    assert old in text
    bad = lint.description_complaints(text.replace(old, new), "esp32")
    assert any(what in line for line in bad) if what else bad == []


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("CONFIG_A=y", "line end"),
        ("CONFIG_A=y\nCONFIG_A=n\n", "twice"),
        ("CONFIG_A y\n", "not an option"),
        ("CONFIG_LWIP_ENABLE_LPC_ECHO=y\n", "not been looked up"),
    ],
)
def test_wrong_fragments_are_named(text, what):
    assert any(what in bad for bad in lint.fragment_complaints("f", text))


@pytest.fixture
def board(tmp_path) -> Path:
    folder = tmp_path / "ESP32_GENERIC_W5500_SIM7600"
    shutil.copytree(paths.ROOT / "boards" / folder.name, folder)
    return folder


def test_a_file_that_is_missing_is_named(board):
    (board / "partitions.csv").unlink()
    assert lint.board_complaints(board) == [f"boards/{board.name}: no partitions.csv"]


def test_manifest_must_fit_the_pins(board):
    manifest = board / "manifest.py"
    manifest.write_text(
        manifest.read_text().replace('manifest.py")', 'manifest.py", w5500=False)')
    )
    why = "w5500 must be True, after pins.csv and sdkconfig.board"
    assert lint.board_complaints(board) == [f"boards/{board.name}: manifest.py: {why}"]


def test_chip_must_be_known(board):
    cmake = board / "mpconfigboard.cmake"
    cmake.write_text(cmake.read_text().replace("IDF_TARGET esp32", "IDF_TARGET esp8266"))
    assert "IDF_TARGET must be one of" in lint.board_complaints(board)[0]


class Options:
    """The options of a manifest, as MicroPython's manifestfile.py keeps them."""

    def __init__(self, **given: bool) -> None:
        self.__dict__.update(given)

    def defaults(self, **values: bool) -> None:
        for name, value in values.items():
            self.__dict__.setdefault(name, value)


def frozen(manifest: Path, monkeypatch, **given: bool) -> set[str]:
    """The files of ours that a manifest freezes, run as upstream's tool runs it."""
    files: set[str] = set()

    def include(path: str, **options: bool) -> None:
        if "$(PORT_DIR)" not in path:
            target = path.replace(
                "$(BOARD_DIR)", str(paths.ROOT / "boards" / manifest.parent.name)
            )
            files.update(frozen(Path(target), monkeypatch, **options))

    frozen_files = files

    def package(name: str, files: list[str], base_path: str, opt: int | None) -> None:
        frozen_files.update(f"{name}/{file}" for file in files)

    def module(name: str, base_path: str, opt: int | None = None) -> None:
        frozen_files.add(name)

    names = {"options": Options(**given), "include": include, "package": package,
             "module": module}  # fmt: skip
    monkeypatch.chdir(manifest.parent)
    exec(manifest.read_text(), names)
    return files


@pytest.mark.parametrize(
    ("board", "ethernet", "modem"),
    [
        ("LILYGO_T_SIM7600", False, True),
        ("WAVESHARE_ESP32_S3_ETH", True, False),
        ("LILYGO_T_ETH_ELITE_S3", True, True),
    ],
)
def test_links_that_a_board_lacks_are_not_frozen(board, ethernet, modem, monkeypatch):
    files = frozen(paths.ROOT / "boards" / board / "manifest.py", monkeypatch)
    assert {"server.py", "imp.py", "connectwith/links/wlan.py"} <= files
    assert ("connectwith/links/w5500.py" in files) == ethernet
    assert ("connectwith/links/modem/at.py" in files) == modem
    assert any("sim7600" in file for file in files) == modem
    every = {
        str(f.relative_to(paths.ROOT / "modules"))
        for f in paths.ROOT.glob("modules/**/*.py")
        if len(ast.parse(f.read_text()).body) > 1  # else it is a docstring alone
    } - {"manifest.py"}
    if ethernet and modem:
        assert files == every | {"modem_board.py"}  # how fast this board's modem may be
