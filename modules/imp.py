# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""The device, as on an imp. `imp.cloud` and `imp.diag` are additions of this firmware."""

import _connectwith
from connectwith import cloud as _cloud
from connectwith import controller as _controller
from connectwith import store as _store
from micropython import const

PROXY_TYPE_HTTP = const(0)


class net:
    """Inspection of the network."""

    @staticmethod
    def getcurrentconfig():
        """The NIC of the connection, else of the last one that succeeded; None before that.

        A new dict at each call. Secrets in it are bytes which open on this device only; it can
        be stored and given to `server.connectwith` as it is.
        """
        return _controller.get().current_config()


class cloud:
    """Which MQTT broker is the server."""

    @staticmethod
    def configure(url, ca=None, username=None, password=None, clientid=None, cert=None, key=None):
        """Stores the broker for all later attempts, also after a reboot.

        `url`: `mqtts://host[:port]`, port 8883 by default. `mqtt://` works and is not encrypted.
        `ca`: PEM or DER of the authority that has signed the broker's certificate; `cert` and
        `key`: the same of this device, where the broker asks for one.
        ValueError, TypeError: name what is wrong. OSError: storage is full or broken.
        """
        settings = _cloud.check(url, ca, username, password, clientid, cert, key)
        if not settings.secure:
            print("imp.cloud: mqtt:// sends everything in the clear, passwords included")
        if password is not None:
            bound = _cloud.context(settings, "password")
            settings.password = _connectwith.seal(password.encode(), bound)
        if key is not None:
            settings.key = _connectwith.seal(settings.key, _cloud.context(settings, "key"))
        _store.save_cloud(settings)


class diag:
    """What happened and why. Nothing here holds a secret."""

    @staticmethod
    def lastattempt():
        """The last attempt, also while it runs, as a dict; None before the first.

        `interface`, `result` and `name` (None while it runs), `stages`: a list of (name, ms),
        `ms`: all of them, `cause`: what the driver, TLS or the server said, or None.
        """
        return _controller.get().diag.last()

    @staticmethod
    def ontransition(callback):
        """`callback(stage, ms)` is called when a stage (str) has ended; None for no callback."""
        if callback is not None and not callable(callback):
            raise TypeError("callback: not callable")
        _controller.get().diag.watcher = callback

    @staticmethod
    def counters():
        """Since the boot, as a dict: `attempts`, `successes`, `losses` of a session, and why the
        last of these happened as `lastloss` (str or None)."""
        return _controller.get().diag.counters()

    @staticmethod
    def keysource():
        """Where the key of sealed values comes from: efuse-hmac, nvs-encrypted or nvs-plain."""
        return _connectwith.key_source()
