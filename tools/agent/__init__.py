# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""Agents: the half of an imp program that runs beside the broker, one for each device.

messages: what may pass; state: what `server.save` keeps; device: what an agent gets; agents: who
gets which message; once: which kept messages came before; connection: the one MQTT client for all
of them; program: the user's file. This
package may use paho-mqtt and setup/problem.py, and knows no bench and no firmware.
"""
