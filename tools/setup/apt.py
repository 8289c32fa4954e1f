# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Step `apt`: the Debian packages that are needed and missing, each with its reason."""

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from setup.problem import Problem
from setup.report import Report
from setup.shell import capture, run_logged, tail

_LINE = "        "  # a command under the three lines of a Problem


@dataclass(frozen=True)
class Package:
    """A Debian package and its purpose.

    `probe` is the program or pkg-config module ("pkg:slirp") that is looked for on a system
    without apt; one that comes `from_anywhere` is looked for with apt, too. Optional packages have
    a substitute, or serve a layer of tests that can be left out.
    """

    name: str
    reason: str
    probe: str
    for_tests: bool = False
    optional: bool = False
    from_anywhere: bool = False


PACKAGES = (
    Package("gcc", "compiles the virtual board and mpy-cross", "cc"),
    Package("libc6-dev", "headers of the C library for gcc", ""),
    Package("make", "drives the builds", "make"),
    Package("pkg-config", "finds libslirp for the compiler", "pkg-config"),
    Package("libslirp-dev", "the bench's networks: DHCP and NAT without privileges", "pkg:slirp"),
    Package("xz-utils", "unpacks the source archives", "xz"),
    Package("bzip2", "unpacks the source archive of mbedTLS", "bzip2"),
    Package("patch", "applies Debian's patches to lwIP and mbedTLS", "patch"),
    Package("python3-venv", "makes the virtual environment of the tools", ""),
    Package("mosquitto", "MQTT broker of the bench (else amqtt)", "mosquitto", optional=True),
    Package(
        "gcc-riscv64-unknown-elf",
        "compiles the C module for the ESP32-C3's instruction set",
        "riscv64-unknown-elf-gcc",
        for_tests=True,
        optional=True,
    ),
    Package(
        "picolibc-riscv64-unknown-elf", "C library for that", "", for_tests=True, optional=True
    ),
    Package(
        "cmake",
        "evaluates the CMake files of the boards and of the C module",
        "cmake",
        for_tests=True,
        optional=True,
    ),
    Package(
        "qemu-system-misc",
        "runs what was compiled for it (RISC-V emulator)",
        "qemu-system-riscv32",
        for_tests=True,
        optional=True,
    ),
    Package(
        "clang", "fuzzes the core in C (it has libFuzzer)", "clang", for_tests=True, optional=True
    ),
    # Other distributions have it under other names, or outside of apt.
    Package(
        "chromium",
        "opens the page of ./tools/cw lab in its tests",
        "chromium",
        for_tests=True,
        optional=True,
        from_anywhere=True,
    ),
    Package("libclang-rt-dev", "libFuzzer itself", "", for_tests=True, optional=True),
)


def has_apt() -> bool:
    """Whether this is a system with apt and dpkg."""
    return shutil.which("apt-get") is not None and shutil.which("dpkg-query") is not None


def wanted(for_tests: bool) -> list[Package]:
    """The packages of the demo, or those of the tests too."""
    return [p for p in PACKAGES if for_tests or not p.for_tests]


def _installed(names: list[str]) -> set[str]:
    # dpkg-query fails if it does not know one of the names, and still lists the others.
    listing = capture(["sh", "-c", 'dpkg-query -W -f="$1" $2 2>/dev/null; true', "sh",
                       "${Package} ${db:Status-Status}\\n", " ".join(names)])  # fmt: skip
    found = set()
    for line in (listing or "").splitlines():
        name, _, status = line.partition(" ")
        if status == "installed":
            found.add(name)
    return found


def _venv_works() -> bool:
    # A Python that is not Debian's has its own venv and pip, and does not use the package.
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        return False
    return True


def missing(for_tests: bool) -> list[Package]:
    """The missing packages, on a system with apt."""
    packages = wanted(for_tests)
    there = _installed([p.name for p in packages])
    lacking = [p for p in packages if p.name not in there]
    lacking = [p for p in lacking if not (p.from_anywhere and shutil.which(p.probe))]
    return [p for p in lacking if not (p.name == "python3-venv" and _venv_works())]


def _library_there(name: str) -> bool:
    if capture(["pkg-config", "--exists", name]) is not None:
        return True
    # slirp.pc requires glib's headers, which are not needed here, so the compiler is asked, too.
    header = f"#include <{name}/lib{name}.h>"
    return capture(["sh", "-c", 'echo "$1" | cc -E -x c -', "sh", header]) is not None


def lacking_tools(for_tests: bool) -> list[Package]:
    """The same for a system without apt, by the programs on the PATH."""
    lacking = []
    for package in wanted(for_tests):
        if package.probe.startswith("pkg:"):
            if not _library_there(package.probe[4:]):
                lacking.append(package)
        elif package.probe and shutil.which(package.probe) is None:
            lacking.append(package)
    return lacking


def by_hand(names: list[str]) -> str:
    """The two commands, for root, that install the packages; each is a line to copy."""
    install = f"apt-get install -y --no-install-recommends {' '.join(names)}"
    return "\n".join(
        (
            "run these two as root, then the same command again:",
            f"{_LINE}apt-get update",
            f"{_LINE}{install}",
        )
    )


def _check_allowed(names: list[str]) -> None:
    if os.geteuid() != 0 and shutil.which("sudo") is None:
        raise Problem(
            "Debian packages are missing, and this user may not install them.",
            "this is not root, and there is no sudo.",
            by_hand(names),
        )


def _privileged(command: list[str]) -> list[str]:
    if os.geteuid() == 0:
        return command
    if not sys.stdin.isatty():
        # Without a terminal sudo must not wait for a password.
        return ["sudo", "-n", *command]
    return ["sudo", *command]


def explain(
    packages: list[Package], report: Report, fate: str = "are missing and will be installed"
) -> None:
    """Prints the packages and what happens to them, with their reasons."""
    report.line(f"[apt    ] {len(packages)} Debian package(s) {fate}:")
    width = max(len(p.name) for p in packages)
    for package in packages:
        report.line(f"          {package.name:<{width}}  {package.reason}")


def _apt_get(arguments: list[str], log: Path) -> int:
    # Retries for a mirror that is slow to answer, time limits for one that hangs.
    options = ["-o", "Acquire::Retries=3", "-o", "Acquire::http::Timeout=30",
               "-o", "DPkg::Lock::Timeout=120"]  # fmt: skip
    command = _privileged(
        ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", *options, *arguments]
    )
    return run_logged(command, log, terminal=command[0] == "sudo")


def update(log: Path) -> bool:
    """Fetches the package lists, with sudo when not root. Whether that has worked."""
    if os.geteuid() != 0 and shutil.which("sudo") is None:
        return False
    return _apt_get(["update", "-q"], log) == 0


def _known(name: str) -> bool:
    return capture(["apt-cache", "show", "--no-all-versions", name]) is not None


def install(packages: list[Package], report: Report, log: Path) -> None:
    """Installs packages through apt, with sudo when not root. Raises Problem."""
    names = [p.name for p in packages]
    explain(packages, report)
    _check_allowed(names)
    with report.step("apt", "apt-get install " + " ".join(names)):
        update = _apt_get(["update", "-q"], log)
        unknown = [p.name for p in packages if p.from_anywhere and not _known(p.name)]
        names = [name for name in names if name not in unknown]
        status = _apt_get(["install", "-q", "-y", "--no-install-recommends", *names], log)
    for name in unknown:
        report.line(f"[apt    ] this system's archives have no {name}: install it in another way")
    if status == 0:
        return
    why = "the package lists could not be brought up to date either (no network?)"
    raise Problem(
        f"apt could not install: {' '.join(names)}.",
        f"{why if update else 'apt-get install failed'}; the end of {log}:\n{tail(log, 6)}",
        f"repair that, or {by_hand(names)}",
    )


def _without_apt(for_tests: bool, report: Report) -> None:
    lacking = lacking_tools(for_tests)
    for package in lacking:
        if package.optional:
            report.line(f"[apt    ] no apt; '{package.probe}' not found: {package.reason}")
    needed = [p for p in lacking if not p.optional]
    if shutil.which("git") is None:
        needed.append(Package("git", "fetches the sources where there is no apt", "git"))
    if needed:
        names = ", ".join(f"{p.probe.removeprefix('pkg:')} ({p.reason})" for p in needed)
        raise Problem(
            f"Tools are missing: {names}.",
            "this system has no apt, so they cannot be installed from here.",
            "install them with your package manager, then run the same command again.",
        )


def ensure(report: Report, log: Path, *, for_tests: bool = False, dry_run: bool = False) -> None:
    """The step: installs the missing packages. Raises Problem."""
    if not has_apt():
        if not dry_run:
            _without_apt(for_tests, report)
        else:
            report.line("[apt    ] no apt here: would check that the tools are there")
        return
    lacking = missing(for_tests)
    if dry_run:
        names = " ".join(p.name for p in lacking) or "nothing"
        report.line(f"[apt    ] would install: {names}")
        return
    if lacking:
        install(lacking, report, log)
