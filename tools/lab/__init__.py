# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The lab: a page on this machine that shows boards and their bench, and makes faults.

model/     all state; knows no page and no bench
desk/      carries out what is asked, and tells the model what happens
on_board/  what runs on the boards
drawing/   SVG and HTML of a snapshot
page/      shows them, and hands on what is pressed
server/    serves the page, and decides who may look
"""
