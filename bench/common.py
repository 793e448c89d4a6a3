# SPDX-License-Identifier: ISC
"""What the benchmarks share: where things are, what has to be there, and how
one run of a command is measured."""

import collections
import os
import shutil
import signal
import statistics
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
WORK = os.path.join(ROOT, "build", "bench")
BUILD = os.path.join(ROOT, "build", "release")
VENV = os.path.join(WORK, "venv")
PYTHON = os.path.join(VENV, "bin", "python")
MOCK = os.path.join(BUILD, "mock-logto")
TIME = "/usr/bin/time"
SLOW = 15  # seconds: a tool that takes longer is run once

Run = collections.namedtuple("Run", "wall cpu rss")


def has_module(module):
    def missing():
        found = subprocess.run(
            [PYTHON, "-c", f"import {module}"], capture_output=True)
        return None if found.returncode == 0 else f"no Python {module}"
    return missing


def has_command(*names):
    def missing():
        for name in names:
            if not os.path.exists(name) and not shutil.which(name):
                return f"no {name}"
        return None
    return missing


def prepare(programs, packages):
    """Builds the programs and, the first time, a Python environment."""
    if not os.path.exists(TIME):
        sys.exit(f"bench: {TIME} is missing; install the package time")
    os.makedirs(WORK, exist_ok=True)
    subprocess.run(["make", "-s", "-C", ROOT] +
                   [f"build/release/{name}" for name in programs], check=True)
    if not os.path.exists(PYTHON):
        subprocess.run([sys.executable, "-m", "venv", VENV], check=True)
    for module, package in packages.items():
        if has_module(module)() is None:
            continue
        if subprocess.run([PYTHON, "-m", "pip", "-q", "install",
                           package]).returncode != 0:
            print(f"bench: {package} cannot be installed", file=sys.stderr)


def print_machine():
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    print(f"{os.cpu_count()} cores, {memory >> 20:,} MB of memory")


def measure(argv, log, stdin=subprocess.DEVNULL, stdout=None):
    """Runs a command in a session of its own. Its CPU time is that of all
    its processes; its memory that of the largest one. A child of this
    process would begin with this process's memory, so time(1) is between."""
    figures = os.path.join(WORK, "time.out")
    start = time.monotonic()
    child = subprocess.Popen(
        [TIME, "-f", "%U %S %M", "-o", figures, *argv],
        stdin=stdin, stdout=log if stdout is None else stdout, stderr=log,
        start_new_session=True)
    try:
        status = child.wait()
        wall = time.monotonic() - start  # finer than time's hundredths
    except BaseException:
        os.killpg(child.pid, signal.SIGKILL)
        raise
    if status != 0:
        raise RuntimeError(f"status {status}, see {log.name}")
    with open(figures, encoding="utf-8") as text:
        user, system, kilobytes = map(float, text.read().split())
    return Run(wall, user + system, kilobytes / 1024)


def median(runs):
    return Run(*(statistics.median(r[i] for r in runs) for i in range(3)))


def ratio(theirs, base):
    return f"{theirs / base:7.2f}x" if base else "      - "
