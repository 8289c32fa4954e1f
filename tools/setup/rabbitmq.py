# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""RabbitMQ and Erlang of Debian's packages, unpacked into the cache and not installed.

To install rabbitmq-server would start a service of the system. Both run from any folder, so the
packages are only downloaded and unpacked, which needs no root.
"""

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from setup import apt, paths
from setup.apt import Package
from setup.problem import Problem
from setup.report import Report
from setup.shell import capture, run_logged, tail

SERIES = "3.10"  # Debian 12's; later ones have other settings for MQTT
NEEDED_BYTES = 150_000_000
_FETCH_S = 300.0

_ERLANG = "what RabbitMQ runs on"
PACKAGES = (
    Package("rabbitmq-server", "the clustered broker, with its MQTT plugin", ""),
    Package("erlang-base", "the machine that RabbitMQ's code runs on", ""),
    Package("erlang-crypto", "TLS of the broker", ""),
    Package("erlang-public-key", "certificates of the broker", ""),
    Package("erlang-ssl", "TLS of the broker", ""),
    Package("erlang-asn1", "certificates of the broker", ""),
    Package("erlang-mnesia", "the database that the nodes share", ""),
    *(
        Package(f"erlang-{name}", _ERLANG, "")
        for name in (
            "eldap", "inets", "os-mon", "parsetools", "runtime-tools", "syntax-tools", "tools",
            "xmerl",
        )
    ),
)  # fmt: skip


@dataclass(frozen=True)
class RabbitMq:
    """Where the programs are: `erlang` is Erlang's root, `binaries` the folder of its programs,
    `home` RabbitMQ's own folder."""

    erlang: Path
    binaries: Path
    home: Path

    @property
    def version(self) -> str:
        """RabbitMQ's version, as 3.10.8."""
        return self.home.name.rpartition("-")[2]


def find(root: Path) -> RabbitMq | None:
    """What is unpacked in `root`, or None when a part is missing."""
    binaries = sorted(root.glob("usr/lib/erlang/erts-*/bin/beam.smp"))
    homes = sorted(root.glob("usr/lib/rabbitmq/lib/rabbitmq_server-*/plugins"))
    if not binaries or not homes:
        return None
    return RabbitMq(root / "usr/lib/erlang", binaries[-1].parent, homes[-1].parent)


def _policy(name: str) -> str:
    return capture(["env", "LC_ALL=C", "apt-cache", "policy", name]) or ""


def candidate(name: str) -> str:
    """The version that apt would take, "" when it knows none."""
    found = re.search(r"^\s*Candidate: (\S+)$", _policy(name), re.M)
    return "" if found is None or found[1] == "(none)" else found[1]


def ensure(report: Report) -> Path:
    """The folder of the unpacked RabbitMQ; downloads it if it is missing. Raises Problem."""
    root = paths.cache() / "rabbitmq"
    with paths.locked("rabbitmq", paths.cache(), report.line):
        found = find(root)
        if found is None:
            _check(root)
            shutil.rmtree(root, ignore_errors=True)  # of an older version of this project
            apt.explain(list(PACKAGES), report, "will be unpacked into the cache, not installed")
            with report.step("apt", f"download and unpack {len(PACKAGES)} packages"):
                with paths.whole_directory(root) as work:
                    _unpack(work)
            found = find(root)
        assert found is not None
    _check_libraries(found)
    return root
    return found


def _check(root: Path) -> None:
    if not apt.has_apt() or shutil.which("dpkg") is None:
        raise Problem(
            "RabbitMQ cannot be set up here.",
            "it comes from Debian's packages, and this system has no apt.",
            "use the default, Mosquitto: ./tools/cw fleet without --broker.",
        )
    root.parent.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(root.parent).free
    if free < NEEDED_BYTES:
        raise Problem(
            f"No space for RabbitMQ in {root.parent}.",
            f"it needs {NEEDED_BYTES // 1_000_000} MB, and {free // 1_000_000} MB are free.",
            "free some space, or put the cache on another disk with CONNECTWITH_CACHE=<folder>.",
        )
    if not candidate("rabbitmq-server"):
        apt.update(_log())  # the lists may never have been fetched, as in a container
    version = candidate("rabbitmq-server")
    if version and not version.startswith(f"{SERIES}."):
        raise Problem(
            f"apt offers RabbitMQ {version} here.",
            f"the settings are written for the {SERIES} of Debian 12; later ones have others.",
            "run this on Debian 12, or use Mosquitto: ./tools/cw fleet without --broker.",
        )


def _log() -> Path:
    return paths.cache() / "logs" / "rabbitmq.log"


def _download(work: Path, log: Path) -> bool:
    command = ["apt-get", "download", "-q", "-o", "Acquire::Retries=3",
               "-o", "Acquire::http::Timeout=30", "-o", "APT::Sandbox::User=root"]  # fmt: skip
    return run_logged([*command, *names()], log, cwd=work, timeout_s=_FETCH_S) == 0


def names() -> list[str]:
    """The names of the packages."""
    return [package.name for package in PACKAGES]


def _unpack(work: Path) -> None:
    log = _log()
    log.unlink(missing_ok=True)
    if not _download(work, log):
        # Lists that are too old name files that the archive no longer has.
        apt.update(log)
        if not _download(work, log):
            raise Problem(
                "RabbitMQ's packages could not be downloaded.",
                f"apt-get download failed; the end of {log}:\n{tail(log, 6)}",
                "connect to a network or repair apt's sources, then run the same command again.",
            )
    archives = sorted(work.glob("*.deb"))
    for archive in archives:
        if run_logged(["dpkg", "-x", str(archive), str(work)], log, timeout_s=_FETCH_S) != 0:
            raise Problem(
                f"{archive.name} could not be unpacked.",
                f"dpkg -x failed; the end of {log}:\n{tail(log, 6)}",
                "look there, then run the same command again.",
            )
        archive.unlink()
    if find(work) is None:
        raise Problem(
            "RabbitMQ's packages have other contents than expected.",
            f"no beam.smp or no rabbitmq_server-* in what {len(archives)} packages hold.",
            f"run this on Debian 12, which has RabbitMQ {SERIES}.",
        )


def _linked(program: Path) -> str:
    """The libraries of a program, as ldd lists them; also when some are missing."""
    done = subprocess.run(["ldd", str(program)], capture_output=True, text=True, check=False)
    return done.stdout


def _check_libraries(found: RabbitMq) -> None:
    """What Debian would have installed beside it: the C++ library, OpenSSL, ncurses, systemd's."""
    programs = [found.binaries / "beam.smp", found.binaries / "epmd"]
    programs += sorted(found.erlang.glob("lib/crypto-*/priv/lib/crypto.so"))
    for program in programs:
        missing = re.findall(r"^\s*(\S+) => not found", _linked(program), re.M)
        if missing:
            raise Problem(
                f"Erlang cannot run here: {', '.join(missing)} is missing.",
                f"{program.name} of Debian's package is linked with it.",
                "as root: apt-get install libstdc++6 libssl3 libtinfo6 libsystemd0 zlib1g",
            )
