# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Users and rights of a fleet at RabbitMQ, as the file of definitions that each node loads.

An MQTT topic imp/<id>/log is the routing key imp.<id>.log of the exchange amq.topic there. A
subscription is a queue, mqtt-subscription-<client id>qos0, which the board declares and binds.
docs/fleet.md shows these rules.
"""

import base64
import hashlib
import json
import os

BACKEND = "backend"
# Of topics. RabbitMQ puts the user name in, which the board cannot choose.
WRITE = r"^imp\.{username}\.(log|error|status|agent\..*)$"
READ = r"^imp\.{username}\.(device\..*|restart)$"
_VHOST, _EXCHANGE = "/", "amq.topic"
_EVERYTHING = {"configure": ".*", "write": ".*", "read": ".*"}


def password_hash(password: str) -> str:
    """As rabbit_password_hashing_sha256 has it: four bytes of salt, then the digest."""
    salt = os.urandom(4)
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()


def rights(ident: str) -> dict[str, str]:
    """Of exchanges and queues, for the board `ident`: its own queue, and the exchange."""
    queue = f"mqtt-subscription-imp-{ident}qos[01]"
    both = rf"^(amq\.topic|{queue})$"
    return {"configure": f"^{queue}$", "write": both, "read": both}


# Queues of subscriptions have a copy at a second node. Without it a board whose node has died
# finds no queue and may make none, until that node is back.
MIRRORED = {
    "name": "subscriptions",
    "vhost": _VHOST,
    "pattern": "^mqtt-subscription-",
    "apply-to": "queues",
    "definition": {"ha-mode": "exactly", "ha-params": 2, "ha-sync-mode": "automatic"},
}


def definitions(
    ids: list[str], password: str, backend_password: str, mirrored: bool = True
) -> str:
    """Users, one for each board, and a backend that may do everything; JSON."""
    boards = password_hash(password)
    hashes = {BACKEND: password_hash(backend_password), **dict.fromkeys(ids, boards)}
    users = [
        {
            "name": name,
            "password_hash": password,
            "hashing_algorithm": "rabbit_password_hashing_sha256",
            "tags": "",
        }
        for name, password in hashes.items()
    ]
    permissions = [{"user": BACKEND, "vhost": _VHOST, **_EVERYTHING}]
    permissions += [{"user": ident, "vhost": _VHOST, **rights(ident)} for ident in ids]
    topics = [
        {"user": ident, "vhost": _VHOST, "exchange": _EXCHANGE, "write": WRITE, "read": READ}
        for ident in ids
    ]
    return json.dumps(
        {
            "users": users,
            "vhosts": [{"name": _VHOST}],
            "permissions": permissions,
            "topic_permissions": topics,
            "policies": [MIRRORED] if mirrored else [],
        }
    )
