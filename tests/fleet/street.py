# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Where the boards of a fleet live: access points with some boards each, one broker for all."""

import os
import shutil
import signal
from pathlib import Path

from bench import Board, World
from bench.access_point import AccessPoint
from bench.netsim_process import Netsim

# netsim serves 256 interfaces, of which a board has up to three, in one thread.
BOARDS_PER_SITE = 25
SSID, KEY = "fleet-net", "many-of-them"


def ident(number: int) -> str:
    """The ID of a board, which is its MAC address; `number` counts from 0."""
    # Four addresses for each, as ESP-IDF derives them from the first.
    return f"0263{0x10000000 + 4 * number:08x}"


class Site:
    """One access point and its boards, in a netsim of its own; a world as far as boards see."""

    def __init__(self, world: World, number: int) -> None:
        self._world = world
        self.folder = world.folder / f"site{number}"
        self.folder.mkdir()
        self.guard = world.guard
        self.netsim = Netsim(self.folder, world.guard)
        self.net = self.netsim.path
        self.netsim.command(f"redirect dns={world.dns.port} sntp={world.sntp.port}")
        self.access_point = AccessPoint(self.netsim, "fleet", SSID, KEY)
        self.adopt = world.adopt

    def close(self) -> None:
        """Power loss of its network."""
        self.netsim.close()


class Street:
    """`count` boards at as many sites as they need, off. Their flash begins as a copy of
    `flash`, which holds main.py and no secret yet."""

    def __init__(self, world: World, binary: Path, count: int, flash: Path) -> None:
        self.sites: list[Site] = []
        self.boards: list[Board] = []
        self.ids: list[str] = []
        try:
            for number in range(count):
                if number % BOARDS_PER_SITE == 0:
                    self.sites.append(Site(world, len(self.sites) + 1))
                self.boards.append(self._board(world, binary, number, flash))
        except BaseException:
            self.close()
            raise

    def _board(self, world: World, binary: Path, number: int, flash: Path) -> Board:
        folder = world.folder / f"fleet{number}"
        folder.mkdir()
        shutil.copyfile(flash, folder / "flash.bin")
        mac = ident(number)
        self.ids.append(mac)
        site = self.sites[-1]
        return Board(site, binary=binary, folder=folder, arguments=["--mac", mac])

    def switch_on(self) -> None:
        """One board after the other, as fast as processes start."""
        for board in self.boards:
            board.start(30, repl=False)

    def power_cycle(self) -> None:
        """All boards boot at the same moment."""
        for board in self.boards:
            os.kill(board.pid, signal.SIGUSR1)

    def networks_off(self) -> None:
        """Every access point loses power."""
        for site in self.sites:
            site.access_point.off()

    def networks_on(self) -> None:
        """And has it again."""
        for site in self.sites:
            site.access_point.on()

    def close(self) -> None:
        """Ends boards and sites."""
        for board in self.boards:
            if board.running:
                os.kill(board.pid, signal.SIGTERM)  # all together, then each is waited for
        for board in self.boards:
            board.stop()
        for site in self.sites:
            site.close()


def make_flash(world: World, binary: Path, script: str) -> Path:
    """A flash image with `script` as main.py, made by a board that never used the API."""
    board = Board(world, binary=binary)
    with board:
        board.exec(f"with open('main.py', 'w') as file: file.write({script!r})", 30)
        board.exec("import os\nos.sync()")
    return board.dir / "flash.bin"
