# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Peripherals that ordinary scripts import: those of the virtual board, and refusals of others."""

import pytest
from frozen_library import need

pytestmark = pytest.mark.virtual("a chip has these peripherals")


@pytest.mark.parametrize(
    ("name", "arguments"),
    [("ADC", "Pin(32), atten=machine.ADC.ATTN_11DB"), ("ADCBlock", "1, bits=12"),
     ("DAC", "Pin(25)"), ("I2C", "0, scl=Pin(22), sda=Pin(21)"), ("I2S", "0, mode=machine.I2S.TX"),
     ("PWM", "Pin(2), freq=1000, duty=512"), ("SDCard", ""), ("TouchPad", "Pin(14)")],
)  # fmt: skip
def test_a_peripheral_that_is_refused(repl, name, arguments):
    out = repl.run(
        f"import machine\nfrom machine import Pin, {name}\n"
        f"try: {name}({arguments})\nexcept NotImplementedError as e: print(e)"
    )
    assert out.strip() == f"the virtual board has no {name}"


@pytest.mark.parametrize(
    ("name", "what"),
    [("_thread", "threads in Python"), ("btree", "btree"), ("bluetooth", "Bluetooth"),
     ("espnow", "ESP-NOW")],
)  # fmt: skip
def test_a_module_that_is_refused(repl, name, what):
    for _ in range(2):
        out = repl.run(f"try: import {name}\nexcept ImportError as e: print(e)")
        assert out.startswith(f"the virtual board has no {what}")


def test_nobody_answers_on_a_bus(repl):
    repl.run(
        "import machine, _onewire\nfrom machine import Pin, SoftI2C\n"
        "line = Pin(22, Pin.OPEN_DRAIN, Pin.PULL_UP)"
    )
    assert repl.value("SoftI2C(scl=Pin(16), sda=Pin(17)).scan()") == []
    assert repl.value("_onewire.reset(line)") is False
    out = repl.run(
        "try: machine.dht_readinto(line, bytearray(5))\nexcept OSError as e: print(e.errno)"
    )
    assert out.strip() == "110"  # ETIMEDOUT
    assert repl.value("machine.time_pulse_us(line, 0, 100)") == -2


def test_a_bus_that_is_held_low(repl):
    """An answer is a level on the pin: the line of a missing device is pulled up, not assumed."""
    repl.run(
        "import _onewire\nfrom machine import Pin\n"
        "held = Pin(22, Pin.OPEN_DRAIN)\nheld.init(Pin.OPEN_DRAIN, pull=None)"
    )
    assert repl.value("_onewire.reset(held)") is True


def test_bits_that_nobody_reads(repl):
    repl.run(
        "import machine\nled = machine.Pin(16, machine.Pin.OUT, value=1)\n"
        "machine.bitstream(led, 0, (400, 850, 800, 450), b'\\xff\\0\\0')"
    )
    assert repl.value("led.value()") == 0


def test_esp(repl):
    """The module esp sees the flash that the partitions are in."""
    repl.run(
        "import esp, esp32\nesp.osdebug(None)\nesp.osdebug(0, esp.LOG_INFO)\n"
        "p = esp32.Partition.find(esp32.Partition.TYPE_APP)[0]\nat = p.info()[2]\n"
        "four = bytearray(4)\nblock = bytearray(4096)\n"
        "esp.flash_erase(at // 4096)\nesp.flash_write(at, b'abcd')\nesp.flash_read(at, four)\n"
        "p.readblocks(0, block)"
    )
    assert repl.value("(bytes(four), bytes(block[:5]))") == (b"abcd", b"abcd\xff")
    assert repl.value("esp.flash_size()") == 4 * 1024 * 1024
    assert repl.value("esp.flash_user_start()") == 0x200000
    out = repl.run("try: esp.flash_read(esp.flash_size(), four)\nexcept OSError as e: print(e)")
    assert out.strip() == "[Errno 5] EIO"


def test_frozen_drivers(repl):
    """Those of micropython-lib, on what the board has."""
    need(repl, "dht", "ds18x20", "neopixel", "onewire")
    repl.run("import dht, ds18x20, neopixel, onewire")
    repl.run("from machine import Pin")
    assert repl.value("ds18x20.DS18X20(onewire.OneWire(Pin(16))).scan()") == []
    repl.run("pixels = neopixel.NeoPixel(Pin(17), 3)\npixels[0] = (255, 0, 0)\npixels.write()")
    out = repl.run("try: dht.DHT22(Pin(22)).measure()\nexcept OSError as e: print(e.errno)")
    assert out.strip() == "110"
