# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""What a fleet goes through at a cluster: a power cut, a dead node, and the restart of all."""

import collections


def run(fleet, mode: str) -> None:
    """The storms, in the way `mode` of reconnecting. The cluster is whole before and after."""
    nodes = fleet.broker
    fleet.storm(f"all boot at once, {mode}", fleet.street.power_cycle)
    _gather(fleet, mode)
    fleet.storm(f"node 1 is killed, {mode}", lambda: nodes.kill(1), _at(fleet, 1), True)
    statuses(fleet, f"node 1 dead, {mode}")
    fleet.progress("node 1 comes back", True)
    nodes.start(1)
    _rolling(fleet, mode)
    statuses(fleet, f"all restarted, {mode}")


def _gather(fleet, mode: str) -> None:
    """All boards are at node 1, because their name server names it first."""
    fleet.world.dns.rotate(False)
    fleet.storm(f"all boot at once, at one node, {mode}", fleet.street.power_cycle)
    fleet.world.dns.rotate()


def _at(fleet, number: int) -> list[str]:
    """The boards at that node."""
    where = fleet.broker.where()
    there = collections.Counter(where.get(ident, 0) for ident in fleet.ids)
    counts = ", ".join(f"{there[n]} at node {n}" for n in fleet.broker.nodes)
    fleet.progress(f"boards: {counts}", True)
    return [ident for ident in fleet.ids if where.get(ident) == number]


def _rolling(fleet, mode: str) -> None:
    """Restarts one node after the other, each when the boards are back and the node before is.

    A node that stops with clients may wait for ever: the boards go elsewhere, and the copies of
    their new queues are made at the node that stops. To drain a node closes the MQTT connections
    of all nodes (RabbitMQ 3.10.8), the bench's too.
    """
    nodes = fleet.broker
    for number in nodes.nodes:
        ids, node = _at(fleet, number), nodes.nodes[number]
        drained = fleet.options.stop == "drained"
        if drained:
            name = f"node {number} is drained, {mode}"
            fleet.storm(name, lambda n=number: nodes.drain(n), None, True, True)
            nodes.watch_again(number)
        elif ids:
            name = f"node {number} is stopped, {mode}"
            fleet.storm(name, node.ask_to_stop, ids, True, asked=False)
        nodes.stop(number)
        if drained or ids:
            fleet.count_resumed()  # each board answers
        nodes.start(number)


def statuses(fleet, when: str) -> None:
    """What a client learns of the boards' statuses when it asks each node."""
    for number, node in fleet.broker.nodes.items():
        if not node.running:
            continue
        by_name = fleet.broker.retained(number, [f"imp/{ident}/status" for ident in fleet.ids])
        by_plus = fleet.broker.retained(number, ["imp/+/status"])
        counts = collections.Counter(by_name.values())
        fleet.statuses.append(
            [
                when,
                f"node {number}",
                counts[b'"online"'],
                counts[b'"offline"'],
                len(fleet.ids) - len(by_name),
                len(by_plus),
            ]
        )
