# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Debian packages and the private apt configuration."""

import io
import subprocess

import pytest

from setup import apt, debian
from setup.problem import Problem
from setup.report import Report

RELEASE = 'ID=debian\nVERSION_CODENAME=bookworm\nPRETTY_NAME="Debian"\n'

DEB822 = """\
# A comment
Types: deb
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/mine.gpg

Types: deb deb-src
URIs: http://mirror.example/debian-security
Suites: bookworm-security
Components: main contrib
"""

ONE_LINE = """\
# deb http://commented.example/debian bookworm main
deb cdrom:[Debian GNU/Linux 12]/ bookworm main
deb [arch=amd64 signed-by=/k.gpg] https://vendor.example/apt vendor-bookworm main
deb [arch=amd64] https://containers.example/linux/debian bookworm stable
deb-src http://sources.example/debian bookworm main
deb [signed-by=/usr/share/keyrings/mine.gpg] http://mirror.example/debian bookworm main # mine
deb http://mirror.example/debian-security bookworm-security main
"""


@pytest.fixture
def machine(tmp_path):
    """A function that writes /etc/apt and os-release and gives the archives found there."""

    def found(files, release=RELEASE):
        (tmp_path / "apt" / "sources.list.d").mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (tmp_path / "apt" / name).write_text(text)
        (tmp_path / "os-release").write_text(release)
        return debian.debian_archives(tmp_path / "apt", tmp_path / "os-release")

    return found


@pytest.mark.parametrize(
    "files",
    [{"sources.list.d/debian.sources": DEB822}, {"sources.list": ONE_LINE}],
    ids=["deb822", "one-line"],
)
def test_archives_come_from_the_machines_own_sources(machine, files):
    found = machine(files)
    assert found["main"].uri == "http://mirror.example/debian"
    assert found["main"].signed_by == "/usr/share/keyrings/mine.gpg"
    assert found["security"].uri == "http://mirror.example/debian-security"
    assert set(found) == {"main", "security"}


def test_disabled_archives_do_not_count(machine):
    text = DEB822.replace("Types: deb\n", "Types: deb\nEnabled: no\n")
    assert machine({"sources.list.d/debian.sources": text}) == {}


def test_another_distribution_has_no_debian_archive(machine):
    release = "ID=other\nVERSION_CODENAME=bookworm\n"
    assert machine({"sources.list": ONE_LINE}, release) == {}


def test_nothing_configured(machine):
    assert machine({}) == {}


def test_private_configuration_asks_for_the_other_suite_with_the_key(machine, tmp_path):
    found = machine({"sources.list.d/debian.sources": DEB822})
    config = debian.write_configuration(tmp_path / "private", found, "trixie")
    written = (tmp_path / "private/etc/parts/debian.sources").read_text()
    assert written.count("Types: deb-src\n") == 2
    assert "Suites: trixie\n" in written and "Suites: trixie-security\n" in written
    assert "bookworm" not in written
    assert "Signed-By: /usr/share/keyrings/mine.gpg\n" in written
    text = config.read_text()
    assert 'AllowUnauthenticated "false"' in text
    # The machine's own apt is not changed.
    for key in ("Dir::State ", "Dir::Cache ", "Dir::Etc::sourceparts "):
        line = next(line for line in text.splitlines() if line.startswith(key))
        assert str(tmp_path / "private") in line


def test_no_archive_means_git(tmp_path):
    (tmp_path / "work").mkdir()
    nowhere = tmp_path / "nothing"
    archive = debian.SourceArchive(tmp_path / "work", "trixie", tmp_path / "log", nowhere, nowhere)
    with pytest.raises(Problem) as caught:
        archive.fetch("lwip", "1", False, tmp_path)
    assert "git" in caught.value.next_step


def test_pinned_version_that_has_gone_is_said_so(machine, tmp_path, monkeypatch):
    machine({"sources.list": ONE_LINE})
    (tmp_path / "work").mkdir()
    archive = debian.SourceArchive(
        tmp_path / "work", "trixie", tmp_path / "log", tmp_path / "apt", tmp_path / "os-release"
    )

    def apt_get(command, log, **_):
        log.write_text("E: Can not find version '1' of package 'lwip'\n")
        return 0 if command[1] == "update" else 100

    monkeypatch.setattr(debian, "run_logged", apt_get)
    monkeypatch.setattr(debian.shutil, "which", lambda name: f"/usr/bin/{name}")
    with pytest.raises(Problem, match="no longer has lwip 1"):
        archive.fetch("lwip", "1", False, tmp_path)


def test_without_apt_the_missing_tools_are_named(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    report = Report(io.StringIO())
    with pytest.raises(Problem) as caught:
        apt.ensure(report, tmp_path / "log")
    for tool in ("cc", "make", "slirp", "git"):
        assert tool in caught.value.what
    # There is a substitute for it.
    assert "mosquitto" not in caught.value.what
    assert "mosquitto" in report.stream.getvalue()


def test_installing_is_announced_with_reasons_before_it_happens(monkeypatch, tmp_path):
    report = Report(io.StringIO())
    said_before = []

    def run(command, log, **_):
        said_before.append(report.stream.getvalue())
        return 0

    monkeypatch.setattr(apt, "run_logged", run)
    monkeypatch.setattr(apt.os, "geteuid", lambda: 0)
    packages = [p for p in apt.PACKAGES if p.name in ("gcc", "make")]
    apt.install(packages, report, tmp_path / "log")
    assert len(said_before) == 2
    for package in packages:
        assert package.name in said_before[0] and package.reason in said_before[0]


def test_failed_installation_says_what_to_run_by_hand(monkeypatch, tmp_path):
    monkeypatch.setattr(apt, "run_logged", lambda *_, **__: 100)
    monkeypatch.setattr(apt.os, "geteuid", lambda: 0)
    with pytest.raises(Problem) as caught:
        apt.install([apt.PACKAGES[0]], Report(io.StringIO()), tmp_path / "log")
    assert "no network" in caught.value.why
    assert "apt-get update\n" in caught.value.next_step
    assert "apt-get install -y --no-install-recommends gcc" in caught.value.next_step


def test_what_the_archives_do_not_have_is_left_out_and_said(monkeypatch, tmp_path):
    commands = []
    monkeypatch.setattr(apt, "run_logged", lambda command, log, **_: commands.append(command) or 0)
    monkeypatch.setattr(apt, "capture", lambda command, **_: None)
    monkeypatch.setattr(apt.os, "geteuid", lambda: 0)
    report = Report(io.StringIO())
    wanted = [p for p in apt.PACKAGES if p.name in ("clang", "chromium")]
    apt.install(wanted, report, tmp_path / "log")
    assert "clang" in commands[-1] and "chromium" not in commands[-1]
    assert "no chromium" in report.stream.getvalue()


def test_a_program_that_may_come_from_anywhere_is_looked_for(monkeypatch):
    monkeypatch.setattr(apt, "capture", lambda *_, **__: "")
    for found in ("/opt/bin/chromium", None):
        monkeypatch.setattr(apt.shutil, "which", lambda name, found=found: found)
        names = [p.name for p in apt.missing(for_tests=True)]
        assert "clang" in names and ("chromium" in names) == (found is None)


def test_neither_root_nor_sudo(monkeypatch, tmp_path):
    monkeypatch.setattr(apt.os, "geteuid", lambda: 1000)
    monkeypatch.setattr(apt.shutil, "which", lambda name: None)
    text = io.StringIO()
    with pytest.raises(Problem) as caught:
        apt.install(apt.PACKAGES[:2], Report(text), tmp_path / "log")
    assert "as root" in caught.value.next_step
    assert caught.value.next_step.split("\n")[1:] == [
        "        apt-get update",
        "        apt-get install -y --no-install-recommends gcc libc6-dev",
    ]
    assert apt.PACKAGES[0].reason in text.getvalue(), "what each of them is for"


def test_only_missing_packages_are_asked_for(monkeypatch):
    there = "gcc installed\nmake installed\nmosquitto config-files\n"
    monkeypatch.setattr(apt, "capture", lambda *_, **__: there)
    names = [p.name for p in apt.missing(for_tests=False)]
    assert "gcc" not in names and "make" not in names
    # Removed with its settings kept: it counts as missing.
    assert "mosquitto" in names and "xz-utils" in names
    assert "qemu-system-misc" not in names
    assert "qemu-system-misc" in [p.name for p in apt.missing(for_tests=True)]


def test_every_package_has_a_reason_and_exists_once():
    names = [p.name for p in apt.PACKAGES]
    assert len(names) == len(set(names))
    assert all(len(p.reason) > 10 for p in apt.PACKAGES)


@pytest.mark.skipif(not apt.has_apt(), reason="this system has no apt")
def test_the_real_dpkg_is_understood():
    base = subprocess.run(["dpkg-query", "-W", "dpkg"], capture_output=True, check=False)
    assert base.returncode == 0
    assert apt._installed(["dpkg", "no-such-package-anywhere"]) == {"dpkg"}
