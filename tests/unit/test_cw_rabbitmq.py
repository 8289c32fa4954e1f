# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""RabbitMQ in the cache: unpacked once, never installed, and errors that say what to do."""

import io
from types import SimpleNamespace

import pytest

import commands
from commands import clean, fleet
from setup import apt, paths, rabbitmq
from setup.problem import Problem
from setup.report import Report


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A Debian 12 whose apt does what `ran` records; `fails` are beginnings of commands."""
    made = SimpleNamespace(ran=[], fails=[], version="3.10.8-1", text=io.StringIO(), updates=[])

    def run(command, log, cwd=None, **_):
        made.ran.append(command)
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text("E: no luck\n")
        if any(" ".join(command).startswith(begin) for begin in made.fails):
            return 100
        if command[:2] == ["apt-get", "download"]:
            (cwd / "rabbitmq-server.deb").touch()
        if command[:2] == ["dpkg", "-x"]:
            root = cwd or log.parent  # the folder is named in the command
            root = type(log)(command[3])
            for name in ("erlang/erts-13/bin/beam.smp", "erlang/erts-13/bin/epmd",
                         "rabbitmq/lib/rabbitmq_server-3.10.8/plugins/x"):  # fmt: skip
                file = root / "usr/lib" / name
                file.parent.mkdir(parents=True, exist_ok=True)
                file.touch()
        return 0

    monkeypatch.setenv("CONNECTWITH_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(apt, "has_apt", lambda: True)
    monkeypatch.setattr(rabbitmq.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(rabbitmq, "candidate", lambda name: made.version)
    monkeypatch.setattr(rabbitmq, "run_logged", run)
    monkeypatch.setattr(apt, "update", lambda log: made.updates.append(1) or True)
    monkeypatch.setattr(rabbitmq, "_linked", lambda program: "")
    made.report = Report(made.text)
    return made


def test_it_is_unpacked_once_and_not_installed(machine):
    root = rabbitmq.ensure(machine.report)
    assert root == paths.cache() / "rabbitmq"
    found = rabbitmq.find(root)
    assert found.version == "3.10.8" and found.binaries == root / "usr/lib/erlang/erts-13/bin"
    assert not list(root.glob("*.deb"))
    assert {tuple(command[:2]) for command in machine.ran} == {
        ("apt-get", "download"),
        ("dpkg", "-x"),
    }
    text = machine.text.getvalue()
    assert "not installed" in text
    assert all(
        f"{package.name} " in text and package.reason in text for package in rabbitmq.PACKAGES
    )
    machine.ran.clear()
    assert rabbitmq.ensure(machine.report) == root and machine.ran == []


def test_clean_knows_it(machine):
    root = rabbitmq.ensure(machine.report)
    assert clean.remove_cache(paths.cache(), True, machine.report) and not root.exists()


def test_a_folder_with_a_part_of_it_is_made_anew(machine):
    root = rabbitmq.ensure(machine.report)
    (root / "usr/lib/erlang/erts-13/bin/beam.smp").unlink()
    assert rabbitmq.find(root) is None
    assert rabbitmq.find(rabbitmq.ensure(machine.report)) is not None


def told(machine):
    with pytest.raises(Problem) as caught:
        rabbitmq.ensure(machine.report)
    assert not (paths.cache() / "rabbitmq").exists()
    return str(caught.value)


def test_without_apt(machine, monkeypatch):
    monkeypatch.setattr(apt, "has_apt", lambda: False)
    assert "no apt" in told(machine) and machine.ran == []


def test_another_series_has_other_settings(machine):
    machine.version = "4.0.5-3"
    text = told(machine)
    assert "RabbitMQ 4.0.5-3" in text and "3.10" in text and machine.ran == []


def test_lists_that_were_never_fetched_are_fetched(machine):
    machine.version = ""
    rabbitmq.ensure(machine.report)
    assert machine.updates == [1]


def test_no_network(machine):
    machine.fails.append("apt-get download")
    text = told(machine)
    assert "could not be downloaded" in text and "E: no luck" in text and machine.updates == [1]


def test_a_broken_archive(machine):
    machine.fails.append("dpkg -x")
    assert "rabbitmq-server.deb could not be unpacked" in told(machine)


def test_packages_with_other_contents(machine, monkeypatch):
    monkeypatch.setattr(rabbitmq, "find", lambda root: None)
    assert "other contents" in told(machine)


def test_a_full_disk(machine, monkeypatch):
    monkeypatch.setattr(rabbitmq.shutil, "disk_usage", lambda _: SimpleNamespace(free=9_000_000))
    text = told(machine)
    assert "150 MB, and 9 MB are free" in text and machine.ran == []


def test_a_library_that_is_missing_is_named(machine, monkeypatch):
    line = "\tlibssl.so.3 => not found\n\tlibc.so.6 => /lib/libc.so.6 (0x0)\n"
    monkeypatch.setattr(rabbitmq, "_linked", lambda program: line)
    with pytest.raises(Problem) as caught:
        rabbitmq.ensure(machine.report)
    assert "libssl.so.3 is missing" in str(caught.value) and "libssl3" in str(caught.value)


def test_what_apt_offers(monkeypatch):
    policy = "rabbitmq-server:\n  Installed: (none)\n  Candidate: {}\n  Version table:\n"
    for word, version in (("3.10.8-1.1+deb12u1", "3.10.8-1.1+deb12u1"), ("(none)", "")):
        text = policy.format(word)
        monkeypatch.setattr(rabbitmq, "capture", lambda command, text=text: text)
        assert rabbitmq.candidate("rabbitmq-server") == version
    monkeypatch.setattr(rabbitmq, "capture", lambda command: None)
    assert rabbitmq.candidate("rabbitmq-server") == ""


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--nodes", "0"], "--nodes: '0' is not a whole number from 2 to 5"),
        (["--nodes", "9"], "--nodes: '9' is not a whole number from 2 to 5"),
        (["--nodes", "two"], "--nodes: 'two' is not a whole number"),
        (["--broker", "emqx"], "--broker: invalid choice: 'emqx'"),
        (["--queues", "quorum"], "--queues: invalid choice: 'quorum'"),
    ],
)
def test_options_that_are_refused(arguments, words):
    with pytest.raises(Problem) as caught:
        commands.parse(["fleet", *arguments])
    assert words in caught.value.what and caught.value.status == 2


@pytest.mark.parametrize(
    "arguments",
    [["--nodes", "3"], ["--broker", "mosquitto", "--nodes", "2"], ["--queues", "single"],
     ["--stop", "plain"]],
)  # fmt: skip
def test_options_of_a_cluster_without_one(arguments, machine, monkeypatch):
    monkeypatch.setattr(fleet, "prepare", lambda report: pytest.fail("it has begun to work"))
    with pytest.raises(Problem) as caught:
        fleet.run(commands.parse(["fleet", *arguments])[1], machine.report)
    assert "has no meaning with --broker mosquitto" in str(caught.value)
    assert caught.value.status == 2


def test_what_the_program_is_called_with(machine, monkeypatch):
    called = []
    monkeypatch.setattr(fleet, "prepare", lambda report: SimpleNamespace(board="board"))
    monkeypatch.setattr(fleet, "hand_over", lambda command: called.append(command) or 0)
    _, options = commands.parse(["fleet", "--broker", "rabbitmq", "--nodes", "2", "--boards", "5"])
    assert fleet.run(options, machine.report) == 0
    words = " ".join(called[0])
    assert f"--broker rabbitmq --rabbitmq {paths.cache() / 'rabbitmq'}" in words
    assert "--nodes 2" in words and "--boards 5" in words
    assert fleet.run(commands.parse(["fleet"])[1], machine.report) == 0
    assert "rabbitmq" not in " ".join(called[1])
