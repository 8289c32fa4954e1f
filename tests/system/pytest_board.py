# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The virtual board itself: serial lines, pins, options."""

import contextlib
import os
import select
import socket
import time

import pytest
from bench import BenchError, Board

pytestmark = pytest.mark.virtual("it is about the virtual board itself")

_LIMIT_S = 20


def _read(fd, size):
    """`size` bytes from a serial line; fewer when no more come."""
    data = b""
    while len(data) < size and select.select([fd], [], [], _LIMIT_S)[0]:
        data += os.read(fd, size - len(data))
    return data


def _wait(board, condition):
    """Until `condition` is true on the board."""
    deadline = time.monotonic() + _LIMIT_S
    while board.exec(f"print(bool({condition}))").strip() != "True":
        assert time.monotonic() < deadline, f"never: {condition}"


def test_en_may_be_pressed_as_soon_as_the_power_is_on(request, world):
    binary = request.config.getoption("--board-binary")
    for _ in range(8):
        board = Board(world, binary=binary).start(repl=False)
        board.press_en()
        assert board.exec("print(6 * 7)").strip() == "42"
        board.stop()


@pytest.fixture
def uart(board):
    """The far end of the board's UART 1, which is running with 115200 baud."""
    board.exec("import machine, time\nuart = machine.UART(1, 115200, rxbuf=1024)")
    fd = os.open(board.dir / "uart1", os.O_RDWR | os.O_NOCTTY)
    yield fd
    os.close(fd)


@pytest.mark.parametrize("kib", [16, 64])
def test_size_of_the_heap(request, world, kib):
    binary = request.config.getoption("--board-binary")
    with Board(world, binary=binary, arguments=["--heap", str(kib)]) as board:
        size = int(board.exec("import gc\nprint(gc.mem_alloc() + gc.mem_free())"))
    # The collector's own table is in it.
    assert 0.9 * kib * 1024 < size < kib * 1024


def test_a_heap_out_of_range_is_refused(request, world):
    binary = request.config.getoption("--board-binary")
    for kib in ("7", "65537", "x"):
        with pytest.raises(BenchError, match="--heap wants 8 to 65536 KiB"):
            Board(world, binary=binary, arguments=["--heap", kib]).start()


def test_uart_carries_every_byte_both_ways(board, uart):
    data = bytes(range(256))
    os.write(uart, data)
    assert eval(board.exec(
        "got = b''\nend = time.ticks_add(time.ticks_ms(), 3000)\n"
        "while len(got) < 256 and time.ticks_diff(end, time.ticks_ms()) > 0:\n"
        "    got += uart.read() or b''\n"
        "print(got)"
    )) == data  # fmt: skip
    board.exec("uart.write(bytes(range(256)))")
    assert _read(uart, 256) == data


def test_uart_takes_the_time_of_its_baud_rate(board, uart):
    spent_ms = []
    while not spent_ms or (spent_ms[-1] >= 1500 and len(spent_ms) < 5):  # the host may be late
        # 960 characters of 10 bits at 9600 baud are 1 s, of which 256 wait in the buffer.
        spent_ms.append(int(board.exec(
            "uart.init(9600)\nstart = time.ticks_ms()\nuart.write(bytes(960))\nuart.flush()\n"
            "print(time.ticks_diff(time.ticks_ms(), start))"
        )))  # fmt: skip
        assert len(_read(uart, 960)) == 960
    assert min(spent_ms) >= 1000 and spent_ms[-1] < 1500, spent_ms


def test_an_interrupt_that_would_hang_a_chip_is_refused(board, uart):
    """Upstream's UART of 1.25, which is not this board's, has lost its queue by then."""
    out = board.exec(
        "import sys\ntry: uart.irq(print, uart.IRQ_RXIDLE)\n"
        "except RuntimeError as error: print(error)\nelse: print(sys.implementation[1] >= (1, 26))"
    )
    assert out.strip() in ("a chip would hang now", "True")


def test_rxidle_comes_once_after_each_burst(board, uart):
    board.exec(
        "uart = machine.UART(1, 115200)\nbursts = []\n"
        "uart.irq(lambda u: bursts.append(u.read()), machine.UART.IRQ_RXIDLE)"
    )
    sent = [b"RING\r\n", b"+CREG: 1\r\n"]
    for number, burst in enumerate(sent, 1):
        os.write(uart, burst)
        _wait(board, f"len(bursts) == {number}")
    time.sleep(0.3)  # for one too many
    assert eval(board.exec("print(bursts)")) == sent


def test_mac_option_is_the_base_address(request, world):
    binary = request.config.getoption("--board-binary")
    with Board(world, binary=binary, arguments=["--mac", "240ac4000001"]) as board:
        assert board.exec("import machine; print(machine.unique_id().hex())").strip() == (
            "240ac4000001"
        )


@pytest.mark.parametrize("mac", ["240ac400000", "240ac40000011", "250ac4000001", "24:0a:c4:00:01"])
def test_bad_mac_is_refused(request, world, mac):
    board = Board(
        world, binary=request.config.getoption("--board-binary"), arguments=["--mac", mac]
    )
    with pytest.raises(BenchError, match="--mac wants 12 hexadecimal digits"):
        board.start()


def test_files_and_mac_outlive_power_but_not_erase(request, world):
    binary = request.config.getoption("--board-binary")
    state = "import machine, os; print(machine.unique_id().hex(), 'kept' in os.listdir())"
    first = Board(world, binary=binary)
    with first:
        first.exec("open('kept', 'w').close()")
        mac, kept = first.exec(state).split()
    with Board(world, binary=binary, folder=first.dir) as again:
        assert again.exec(state).split() == [mac, "True"]
    with Board(world, binary=binary, folder=first.dir, arguments=["--erase"]) as erased:
        assert erased.exec(state).split()[1] == "False"
        # Power-on erases it, and a reset does not.
        erased.exec("open('kept', 'w').close()")
        erased.reset()
        assert erased.exec(state).split()[1] == "True"


class _PinWorld:
    """A simulated world that has nothing but wires to the board's pins."""

    def __init__(self, path):
        self.path = path
        self._pins = None
        self._server = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._server.bind(str(path))
        self._server.listen()
        self._server.settimeout(_LIMIT_S)

    def accept(self):
        """Wait for the connection that carries pins."""
        while True:
            connection, _ = self._server.accept()
            connection.settimeout(_LIMIT_S)
            if connection.recv(64).startswith(b"Hgpio "):
                self._pins = connection
                return

    def levels(self, count):
        """The next `count` levels that the board tells: [(pin, level)]."""
        texts = [self._pins.recv(64).decode() for _ in range(count)]
        assert all(text[0] == "G" for text in texts)
        return [tuple(int(word) for word in text[1:].split()) for text in texts]

    def drive(self, pin, level):
        self._pins.send(f"I{pin} {level}".encode())

    def send(self, message):
        self._pins.send(message)

    def close(self):
        self._server.close()
        if self._pins is not None:
            self._pins.close()


@pytest.fixture
def wired_board(request, world):
    """A board and the world of its pins."""
    board = Board(world, binary=request.config.getoption("--board-binary"))
    with contextlib.closing(_PinWorld(board.dir / "pins")) as pins:
        # The last --net counts.
        wired = Board(
            world,
            binary=request.config.getoption("--board-binary"),
            folder=board.dir,
            arguments=["--net", str(pins.path)],
        )
        with wired:
            pins.accept()
            wired.exec("from machine import Pin")
            yield wired, pins


def test_output_levels_are_told_to_the_world(wired_board):
    board, pins = wired_board
    board.exec("led = Pin('LED', Pin.OUT, value=1)\nled(0)\nled(0)\nled(1)")
    # No change, no message.
    assert pins.levels(3) == [(2, 1), (2, 0), (2, 1)]


def test_world_drives_inputs_and_interrupts(wired_board):
    board, pins = wired_board
    board.exec(
        "edges = []\nbutton = Pin('BUTTON', Pin.IN, Pin.PULL_UP)\n"
        "button.irq(lambda p: edges.append(p()), Pin.IRQ_RISING | Pin.IRQ_FALLING)"
    )
    assert board.exec("print(button())").strip() == "1"
    for level, edges in ((0, 1), (0, 1), (1, 2)):
        pins.drive(0, level)
        _wait(board, f"len(edges) == {edges} and button() == {level}")
        time.sleep(0.2)  # for one too many
    assert board.exec("print(edges, button())").strip() == "[0, 1] 1"


@pytest.mark.parametrize(
    "message", [b"I", b"I0", b"I99 0", b"I-1 0", b"I0 0 x", b"I4294967296 0", b"?", b"I" * 60]
)
def test_nonsense_on_the_wire_changes_no_pin(wired_board, message):
    board, pins = wired_board
    board.exec("button = Pin('BUTTON', Pin.IN, Pin.PULL_UP)\nrow = Pin(4, Pin.IN, Pin.PULL_UP)")
    pins.send(message)
    time.sleep(0.2)
    assert board.exec("print(button(), row())").split() == ["1", "1"]
    pins.drive(4, 0)
    _wait(board, "row() == 0")
    assert board.exec("print(button(), row())").split() == ["1", "0"]


@pytest.mark.virtual("an emulator's board may have imported network at its boot")
@pytest.mark.parametrize(
    "call",
    ["dns_flush()", "dns_second('10.0.0.1')", "Resolver().start('some.test')",
     "Stream().connect('10.0.0.1', 1)", "link_watch(0)", "ethernet_stop()",
     "ethernet_installed()"],
)  # fmt: skip
def test_what_goes_to_lwip_starts_it(repl, board, call):
    # A chip's lwIP does not run before MicroPython's network or socket module is imported, and a
    # message to it is then a load from address 0.
    repl.reset()
    repl.run(f"import _connectwith\ntry: _connectwith.{call}\nexcept OSError: pass")
    assert repl.value("1 + 1") == 2 and board.running


@pytest.mark.virtual("it counts")
def test_what_a_chip_counts_is_counted(repl):
    def counts():
        return repl.value("__import__('_board').counts()")

    repl.run("import esp32, machine, socket")
    before = counts()
    repl.run("for _ in range(3): esp32.NVS('some')\nsockets = [socket.socket() for _ in range(2)]")
    repl.run("timer = machine.Timer(0, period=10000, callback=print)")
    grown = {name: n - before[name] for name, n in counts().items() if n != before[name]}
    assert grown == {"NVS handles": 3, "sockets": 2, "timers": 1}
    # No Python code closes a handle of NVS.
    repl.run("for s in sockets: s.close()\ntimer.deinit()\nimport gc\ngc.collect()")
    assert counts() == {**before, "NVS handles": before["NVS handles"] + 3}


@pytest.mark.virtual("it resets the board in each of these ways")
def test_the_clock_outlives_all_resets_but_en(repl, board):
    def year():
        return repl.value("__import__('time').gmtime()[0]")

    repl.run("import machine\nmachine.RTC().datetime((2027, 3, 4, 0, 5, 6, 7, 0))")
    repl.soft_reset()
    assert year() == 2027
    for reset in ("reset()", "deepsleep(10)"):
        repl.send(f"import machine\nmachine.{reset}\n")
        repl.reenter()
        assert year() == 2027, reset
    repl.reset()
    assert year() == 2000
