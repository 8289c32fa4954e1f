#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""Measures the stack that a TLS handshake takes on a 32-bit chip: mbedTLS for rv32imac with -Os,
in qemu-system-riscv32. Both sides have a chain of three certificates of one kind, and each proves
that it has its key.

Prints the bytes for each kind of key, then stack and heap of a new key with its request, and of
the check of a key, which run on Python's stack. Exit 1: a call failed, or the worker's stack is
not half as large again as the largest with what a chip takes besides. Needs
gcc-riscv64-unknown-elf, picolibc-riscv64-unknown-elf and qemu-system-misc.
"""

from __future__ import annotations

import argparse
import datetime
import re
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

HERE = Path(__file__).resolve().parent
FIRMWARE = HERE.parents[2] / "firmware"
GCC = ["riscv64-unknown-elf-gcc", "-march=rv32imac", "-mabi=ilp32",
       "--specs=picolibc.specs", "-std=gnu17", "-Os", "-ffunction-sections"]  # fmt: skip
# The machine's memory, for picolibc's linker script.
MEMORY = ["--oslib=semihost", "--crt0=semihost", "-Wl,--gc-sections",
          "-Wl,--wrap=malloc,--wrap=calloc,--wrap=free",
          "-Wl,--defsym=__flash=0x80000000", "-Wl,--defsym=__flash_size=0x400000",
          "-Wl,--defsym=__ram=0x80400000", "-Wl,--defsym=__ram_size=0x800000",
          "-Wl,--defsym=__stack_size=0x10000", "-Tpicolibc.ld"]  # fmt: skip
QEMU = ["qemu-system-riscv32", "-machine", "virt", "-m", "32", "-bios", "none", "-nographic",
        "-semihosting-config", "enable=on,target=native", "-kernel"]  # fmt: skip
LIMIT_S = 600
# An emulated ESP32-C3 used 2.3 KB for P-256, against 1.7 here: lwIP, drivers, the job itself.
BESIDES_BYTES = 600
SAFETY_RATIO = 1.5
KINDS: dict[str, tuple[Callable, bool]] = {
    "P-256": (lambda: ec.generate_private_key(ec.SECP256R1()), False),
    "P-384": (lambda: ec.generate_private_key(ec.SECP384R1()), False),
    "P-521": (lambda: ec.generate_private_key(ec.SECP521R1()), False),
    "RSA-2048": (lambda: rsa.generate_private_key(65537, 2048), False),
    "RSA-4096": (lambda: rsa.generate_private_key(65537, 4096), False),
    "RSA-4096-PSS": (lambda: rsa.generate_private_key(65537, 4096), True),
}


def identity(kind: str) -> str:
    """The C text of a key, its chain and their authority."""
    make_key, pss = KINDS[kind]
    now = datetime.datetime(2026, 1, 1)
    issuer, issuer_key, pems = None, None, []
    for level, name in enumerate(("root", "between", "server.test")):
        key = make_key()
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        builder = x509.CertificateBuilder(
            issuer or subject, subject, key.public_key(), level + 1, now,
            now + datetime.timedelta(days=9999),
        ).add_extension(x509.BasicConstraints(level < 2, None), critical=True)  # fmt: skip
        scheme = padding.PSS(padding.MGF1(hashes.SHA512()), 64) if pss else None
        done = builder.sign(issuer_key or key, hashes.SHA512(), rsa_padding=scheme)
        pems.insert(0, done.public_bytes(Encoding.PEM).decode())
        issuer, issuer_key = subject, key
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    texts = ("".join(pems[:2]), pems[2], private)
    quoted = ", ".join('"' + text.replace("\n", "\\n") + '"' for text in texts)
    return f'    {{ "{kind}", {quoted} }},\n'


def compile_all(micropython: Path, work: Path) -> Path:
    """Builds the program. Raises CalledProcessError; the compiler has said why."""
    fields = "const char *name, *chain, *authority, *key;"
    rows = "".join(identity(kind) for kind in KINDS)
    (work / "identities.h").write_text(
        f"typedef struct {{ {fields} }} identity_t;\n"
        f"static const identity_t identities[] = {{\n{rows}"
        "    { NULL, NULL, NULL, NULL },\n};\n",
        encoding="ascii",
    )
    mbedtls = micropython / "lib" / "mbedtls"
    common = [*GCC, f"-I{HERE}", f"-I{work}", f"-I{FIRMWARE}",
              f"-I{FIRMWARE / 'virtual'}",
              f"-isystem{mbedtls / 'include'}", f"-isystem{micropython}",
              '-DMBEDTLS_CONFIG_FILE="stack_config.h"']  # fmt: skip
    own = [HERE / "main.c", HERE / "heap.c", FIRMWARE / "connectwith/port/keys_mbedtls.c"]
    sources = [*own, *sorted((mbedtls / "library").glob("*.c"))]

    def compile_one(source: Path) -> str:
        out = work / f"{source.stem}.o"
        warnings = ["-Wall", "-Wextra", "-Werror"] if source in own else ["-w"]
        subprocess.run([*common, *warnings, "-c", str(source), "-o", str(out)], check=True)
        return str(out)

    with ThreadPoolExecutor(max_workers=2) as pool:
        objects = list(pool.map(compile_one, sources))
    program = work / "stack.elf"
    subprocess.run([*GCC, *MEMORY, *objects, "-o", str(program)], check=True)
    return program


def worker_stack() -> int:
    """Bytes of stack that port/worker_freertos.c gives its tasks."""
    text = (FIRMWARE / "connectwith/port/worker_freertos.c").read_text(encoding="utf-8")
    found = re.search(r"#define WORKER_STACK_BYTES \((\d+) \* 1024\)", text)
    assert found is not None
    return int(found[1]) * 1024


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--micropython", type=Path, required=True, help="a tree with lib/mbedtls")
    parser.add_argument("--build", type=Path, required=True, help="directory for what is built")
    args = parser.parse_args()
    args.build.mkdir(parents=True, exist_ok=True)
    program = compile_all(args.micropython.resolve(), args.build.resolve())
    done = subprocess.run(
        [*QEMU, str(program)], timeout=LIMIT_S, stdout=subprocess.PIPE, text=True
    )
    print(done.stdout, end="")
    used = [int(text) for text in re.findall(r"(\d+) bytes of stack", done.stdout)]
    # The emulator's exit status is not the program's.
    if "FAILED" in done.stdout or len(used) != len(KINDS):
        return 1
    needed = round((max(used) + BESIDES_BYTES) * SAFETY_RATIO)
    print(f"needed: {needed} bytes, the worker has {worker_stack()}")
    return 1 if needed > worker_stack() else 0


if __name__ == "__main__":
    sys.exit(main())
