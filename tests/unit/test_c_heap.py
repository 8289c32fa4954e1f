# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT
"""The peak of the heap in the output of massif."""

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1] / "bench"))

from c_heap import read_peak

# As massif 3.19 writes it, shortened.
MASSIF = """\
desc: --massif-out-file=x
#-----------
snapshot=3
#-----------
heap_tree=peak
n3: 1000 (heap allocation functions) malloc/new/new[], --alloc-fns, etc.
 n1: 600 0x10: mbedtls_ssl_setup (ssl_tls.c:1)
  n0: 600 0x11: tls_prepare (tls_handshake.c:137)
 n2: 300 0x20: tls_copy (tls_handshake.c:40)
  n0: 200 0x21: tls_open (tls_handshake.c:200)
  n0: 100 0x22: tls_open (tls_handshake.c:201)
 n0: 100 0x30: mem_malloc (mem.c:1)
#-----------
snapshot=4
#-----------
heap_tree=empty
"""


def test_what_belongs_to_a_session_is_added_up():
    peak = read_peak(MASSIF)
    assert (peak.tls, peak.mbedtls) == (900, 600)


def test_a_file_without_a_peak_is_no_zero():
    with pytest.raises(ValueError):
        read_peak(MASSIF.replace("peak", "detailed"))
