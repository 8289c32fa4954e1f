# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Files of Debian source packages of another suite, through a private apt configuration.

The archive's address comes from this machine's own sources, so that its mirror or proxy is used
here, too. Nothing in /etc or /var is changed. apt checks the archive's signature with Debian's
keyring, as always.
"""

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from setup.problem import Problem
from setup.shell import run_logged, tail

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
# Suites without an archive for security: fixes are uploaded to the suite itself.
_WITHOUT_SECURITY = ("sid", "unstable")
_SCHEMES = ("http", "https", "ftp", "file", "copy", "mirror", "tor+http", "tor+https")


@dataclass(frozen=True)
class Archive:
    """One line of sources: where, which suite, which key."""

    uri: str
    suite: str
    signed_by: str

    def stanza(self, suite: str) -> str:
        """The deb822 text that asks this archive for the sources of another suite."""
        text = f"Types: deb-src\nURIs: {self.uri}\nSuites: {suite}\nComponents: main\n"
        return text + (f"Signed-By: {self.signed_by}\n" if self.signed_by else "")


def _fields(stanza: str) -> dict[str, str]:
    fields: dict[str, str] = {}
    key = ""
    for line in stanza.splitlines():
        if line.startswith("#"):
            continue
        if line[:1] in (" ", "\t") and key:
            fields[key] += f"\n{line}"
        elif ":" in line:
            key, _, value = line.partition(":")
            key = key.strip().lower()
            fields[key] = value.strip()
    return fields


def parse_deb822(text: str) -> Iterator[Archive]:
    """Archives of a .sources file (deb822 format, sources.list(5))."""
    for stanza in re.split(r"\n\s*\n", text):
        fields = _fields(stanza)
        if (
            "deb" not in fields.get("types", "").split()
            or "main" not in fields.get("components", "").split()
        ):
            continue
        if fields.get("enabled", "yes").lower() in ("no", "false", "0"):
            continue
        for uri in fields.get("uris", "").split():
            for suite in fields.get("suites", "").split():
                yield Archive(uri, suite, fields.get("signed-by", ""))


def parse_one_line(text: str) -> Iterator[Archive]:
    """Archives of a .list file (one-line format, sources.list(5))."""
    for line in text.splitlines():
        found = re.match(r"\s*deb\s+(?:\[([^\]]*)\]\s*)?(\S+)\s+(\S+)\s+(.*)", line)
        if not found or "main" not in found[4].partition("#")[0].split():
            continue
        options = dict(o.split("=", 1) for o in (found[1] or "").split() if "=" in o)
        yield Archive(found[2], found[3], options.get("signed-by", ""))


def configured(etc_apt: Path) -> list[Archive]:
    """Everything that this machine's apt is configured to use."""
    archives: list[Archive] = []
    parts = etc_apt / "sources.list.d"
    files = [etc_apt / "sources.list"]
    files += sorted(parts.iterdir()) if parts.is_dir() else []
    for file in files:
        try:
            text = file.read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
        if file.suffix == ".sources":
            archives += parse_deb822(text)
        elif file.suffix == ".list":
            archives += parse_one_line(text)
    return archives


def debian_archives(etc_apt: Path, os_release: Path) -> dict[str, Archive]:
    """The machine's Debian archives: "main", and "security" if it is configured.

    Debian's archives are those with the suite of exactly this release and the component main. An
    archive of a third party has another suite, or no component main.
    """
    codename = _codename(os_release)
    names = {codename, "stable", "oldstable", "testing", "unstable", "sid"} - {""}
    found: dict[str, Archive] = {}
    for archive in configured(etc_apt):
        if archive.uri.partition(":")[0].split("+")[0] not in _SCHEMES:
            continue
        if archive.suite in names:
            found.setdefault("main", archive)
        elif archive.suite.removesuffix("-security") in names:
            found.setdefault("security", archive)
    return found if "main" in found else {}


def _codename(os_release: Path) -> str:
    try:
        text = os_release.read_text(encoding="utf-8")
    except OSError:
        return ""
    found = re.search(r'^VERSION_CODENAME="?([\w-]+)"?$', text, re.MULTILINE)
    is_debian = re.search(r'^ID="?debian"?$', text, re.MULTILINE)
    return found[1] if found and is_debian else ""


def write_configuration(folder: Path, archives: dict[str, Archive], suite: str) -> Path:
    """Writes a private apt configuration into `folder`; returns the file for APT_CONFIG."""
    for part in ("state/lists/partial", "cache/archives/partial", "etc/empty.d", "etc/parts"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    stanzas = []
    for kind, archive in archives.items():
        if kind == "security" and suite in _WITHOUT_SECURITY:
            continue
        if not archive.signed_by and KEYRING.exists():
            archive = Archive(archive.uri, archive.suite, str(KEYRING))
        stanzas.append(archive.stanza(f"{suite}-security" if kind == "security" else suite))
    (folder / "etc/parts/debian.sources").write_text("\n".join(stanzas), encoding="utf-8")
    config = folder / "apt.conf"
    config.write_text(
        f'Dir::State "{folder}/state";\n'
        'Dir::State::status "/var/lib/dpkg/status";\n'
        f'Dir::Cache "{folder}/cache";\n'
        'Dir::Etc::sourcelist "/dev/null";\n'
        f'Dir::Etc::sourceparts "{folder}/etc/parts";\n'
        'Dir::Etc::preferences "/dev/null";\n'
        f'Dir::Etc::preferencesparts "{folder}/etc/empty.d";\n'
        # The user _apt cannot read a private folder.
        'APT::Sandbox::User "root";\n'
        'APT::Get::AllowUnauthenticated "false";\n'
        'Acquire::Languages "none";\n'
        'Acquire::Retries "3";\n'
        'Acquire::http::Timeout "30";\n',
        encoding="utf-8",
    )
    return config


class SourceArchive:
    """Debian's archive of one suite, ready to give source packages. Use as a context manager."""

    def __init__(
        self,
        work: Path,
        suite: str,
        log: Path,
        etc_apt: Path = Path("/etc/apt"),
        os_release: Path = Path("/etc/os-release"),
    ) -> None:
        self.work = work
        self.log = log
        self.suite = suite
        self._archives = debian_archives(etc_apt, os_release)
        self._ready = False

    def _apt_get(self, arguments: list[str], cwd: Path) -> int:
        env = {"APT_CONFIG": str(self.work / "apt.conf"), "LC_ALL": "C"}
        return run_logged(["apt-get", *arguments], self.log, cwd=cwd, env=env, timeout_s=600)

    def _update(self) -> None:
        if self._ready:
            return
        if shutil.which("apt-get") is None:
            raise Problem(
                "There is no apt here.", "this system is not Debian.", "git is tried instead."
            )
        if not self._archives:
            raise Problem(
                "apt has no Debian archive configured.",
                "no source in /etc/apt has this Debian release as its suite.",
                "git is tried instead.",
            )
        write_configuration(self.work, self._archives, self.suite)
        if self._apt_get(["update", "-q", "--error-on=any"], self.work) != 0:
            raise Problem(
                f"The list of Debian {self.suite}'s sources could not be fetched.",
                f"apt-get update failed; the end of {self.log}:\n{tail(self.log, 4)}",
                "git is tried instead.",
            )
        self._ready = True

    def fetch(self, name: str, version: str, tar_only: bool, into: Path) -> None:
        """Downloads the files of one source package into `into`. Raises Problem.

        version: Debian's; "" for the newest that the suite has.
        """
        self._update()
        options = ["source", "-q", "--download-only", "--only-source"]
        options += ["--tar-only"] if tar_only else []
        if self._apt_get([*options, f"{name}={version}" if version else name], into) == 0:
            return
        text = self.log.read_text(encoding="utf-8", errors="replace")[-4000:]
        if "Can not find version" in text or "Unable to find a source package" in text:
            raise Problem(
                f"Debian {self.suite} no longer has {name} {version}.",
                "its archive keeps only the newest version, which is another one now.",
                "git is tried instead; update the pin in tools/sources.lock.",
            )
        raise Problem(
            f"{name} {version} could not be downloaded from Debian's archive.",
            f"apt-get source failed; the end of {self.log}:\n{tail(self.log, 4)}",
            "git is tried instead.",
        )
