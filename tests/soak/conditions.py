# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The faults of a soak: each with its effect on the bench and on the stages of an attempt."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from bench import World
from random_calls import CELLULAR, LAN, Faults

LINKS = ("wl0", "eth0", "cell0")
# The other network that boards know; and Wi-Fi by whichever of the two networks works.
OTHER, ANY_WIFI = "van", "wl0 or van"
_PLACES = (*LINKS, OTHER)

_Do = Callable[[World], object]
_Stages = dict[str, set[str]]


def _at(stages: str, *links: str) -> _Stages:
    return {link: set(stages.split()) for link in links}


def _all(*links: str) -> _Stages:
    return {link: set(CELLULAR if link == "cell0" else LAN) for link in links}


@dataclass(frozen=True)
class Fault:
    """`part` of the bench can have one fault at a time. `end` None: over as soon as it happens.

    `stops` and `hinders`: by link or OTHER, the stages that cannot be passed, or may fail,
    meanwhile.
    """

    part: str
    begin: _Do
    end: _Do | None = None
    stops: _Stages = field(default_factory=dict)
    hinders: _Stages = field(default_factory=dict)


def _home(world):
    return world.wifi["home"]


def _other(world):
    return world.wifi[OTHER]


def _cables(world):
    networks = _home(world), _other(world), world.ethernet, world.cellular
    return [network.cable for network in networks]


def _on_cables(act: Callable) -> _Do:
    return lambda world: [act(cable) for cable in _cables(world)]


def _on_modems(act: Callable) -> _Do:
    return lambda world: [act(modem) for modem in world.modems]


def _leases(on: bool) -> _Do:
    networks = (lambda w: w.ethernet, _home, _other)
    return lambda world: [find(world).dhcp(on) for find in networks]


def _slow(cable):
    cable.delay(60)
    cable.drop(0.02)


def _quick(cable):
    cable.delay(0)
    cable.drop(0)


def _restart(world):
    world.broker.kill()
    world.broker.start()


_NO_FRAMES = {
    **_at("address name server", "wl0", OTHER, "eth0"), **_at("name server", "cell0"),
}  # fmt: skip

FAULTS = {
    "access point off": Fault(
        "wifi", lambda w: _home(w).off(), lambda w: _home(w).on(), _at("link", "wl0")
    ),
    "access point refuses": Fault(
        "wifi", lambda w: _home(w).refuse(203), lambda w: _home(w).accept(), _at("link", "wl0")
    ),
    "station kicked": Fault("wifi", lambda w: _home(w).kick(8), hinders=_all("wl0")),
    "other access point off": Fault(
        "other wifi", lambda w: _other(w).off(), lambda w: _other(w).on(), _at("link", OTHER)
    ),
    "other access point kicks": Fault(
        "other wifi", lambda w: _other(w).kick(8), hinders=_all(OTHER)
    ),
    "portal at the access point": Fault(
        "guests", lambda w: _home(w).portal(), lambda w: _home(w).log_in(),
        _at("server", "wl0"),
    ),
    "portal at the cable": Fault(
        "guests", lambda w: w.ethernet.portal(), lambda w: w.ethernet.log_in(),
        _at("server", "eth0"),
    ),
    "cable pulled": Fault(
        "cable", lambda w: w.ethernet.unplug(), lambda w: w.ethernet.plug(), _at("link", "eth0")
    ),
    "no leases": Fault(
        "dhcp", _leases(False), _leases(True), _at("address", "wl0", OTHER, "eth0")
    ),
    "silence": Fault(
        "frames",
        _on_cables(lambda cable: cable.silence()),
        _on_cables(lambda cable: cable.silence("off")),
        _NO_FRAMES,
    ),
    "delay and loss": Fault(
        "frames", _on_cables(_slow), _on_cables(_quick), hinders=_all(*_PLACES)
    ),
    "DNS silent": Fault(
        "dns", lambda w: w.dns.drop(), lambda w: w.dns.restore(), _at("name", *_PLACES)
    ),
    "DNS slow": Fault(
        "dns", lambda w: w.dns.delay(1500), lambda w: w.dns.restore(), hinders=_all(*_PLACES)
    ),
    "name unknown": Fault(
        "dns", lambda w: w.dns.nxdomain(w.broker.host), lambda w: w.dns.restore(),
        _at("name", *_PLACES),
    ),
    "broker down": Fault(
        "broker", lambda w: w.broker.kill(), lambda w: w.broker.start(), _at("server", *_PLACES)
    ),
    "broker stalled": Fault(
        "broker", lambda w: w.broker.stall(), lambda w: w.broker.resume(), _at("server", *_PLACES)
    ),
    "two with one client ID": Fault(
        "broker", lambda w: w.rivals(), lambda w: w.no_rivals(), hinders=_at("server", *_PLACES)
    ),
    "broker restarted": Fault("broker", _restart, hinders=_at("server", *_PLACES)),
    "modem loses power": Fault(
        "modem", _on_modems(lambda modem: modem.power_off()), hinders=_all("cell0")
    ),
    "carrier lost": Fault(
        "modem", _on_modems(lambda modem: modem.carrier_lost()), hinders=_all("cell0")
    ),
    "modem mute": Fault(
        "modem", _on_modems(lambda modem: modem.mute()), _on_modems(lambda modem: modem.speak()),
        _at("modem", "cell0"), {**_all("cell0"), **_at("leaving", "wl0", "eth0")},
    ),
    "registration denied": Fault(
        "modem", _on_modems(lambda modem: modem.deny()),
        _on_modems(lambda modem: modem.register()), _at("network", "cell0"),
    ),
    "no mobile network": Fault(
        "modem", _on_modems(lambda modem: modem.search()),
        _on_modems(lambda modem: modem.register()), _at("network", "cell0"),
    ),
    "dialling refused": Fault(
        "modem", _on_modems(lambda modem: modem.refuse_dial()),
        _on_modems(lambda modem: modem.refuse_dial(None)), _at("dial", "cell0"),
    ),
}  # fmt: skip

LASTING = tuple(name for name, fault in FAULTS.items() if fault.end is not None)
MOMENTARY = tuple(name for name, fault in FAULTS.items() if fault.end is None)


class Conditions(Faults):
    """The present faults of the bench, for the model of an attempt."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self._world = world
        self.active: list[str] = []
        self.set_up()

    def set_up(self) -> None:
        """Adds the other network, which World.restore() takes away."""
        self._world.add_wifi(OTHER, "van-net", "van-key-22", rssi=-60, channel=11)

    def _union(self, which: str, interface: str) -> set[str]:
        return {
            stage
            for name in self.active
            for stage in getattr(FAULTS[name], which).get(interface, ())
        }

    def stopped(self, interface: str) -> set[str]:
        if interface == ANY_WIFI:
            return self.stopped("wl0") & self.stopped(OTHER)
        return self._union("stops", interface)

    def hindered(self, interface: str) -> set[str]:
        if interface == ANY_WIFI:
            bad = (
                self._union(which, ap) for which in ("stops", "hinders") for ap in ("wl0", OTHER)
            )
            return set().union(*bad)
        return self._union("hinders", interface)

    def begin(self, name: str, models: Iterable) -> bool:
        """A fault begins; one that does not last is over when this returns. False: its part of
        the bench has another one already."""
        fault = FAULTS[name]
        if any(FAULTS[other].part == fault.part for other in self.active):
            return False
        # The model looks twice; between the looks the fault may begin.
        self.active.append(name)
        _look(models)
        fault.begin(self._world)
        if fault.end is None:
            self.active.remove(name)
            _look(models)
        return True

    def end_all(self, models: Iterable) -> None:
        """All faults end."""
        for name in list(self.active):
            end = FAULTS[name].end
            assert end is not None
            end(self._world)
            self.active.remove(name)
            _look(models)


def _look(models: Iterable) -> None:
    for model in models:
        model.observe()
