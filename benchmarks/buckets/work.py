"""What programs do to a directory, each measured from outside as a user would see it."""

import contextlib
import os
import random
import statistics
import subprocess
import threading
import time

from . import lab

THREADS = 8
BLOCK = 128 * 1024
RANDOM_SECONDS = 5
PATIENCE = 15

_interrupted = threading.Event()


def seconds(action, *arguments):
    start = time.perf_counter()
    action(*arguments)
    return time.perf_counter() - start


def _at_once(commands):
    with contextlib.ExitStack() as stack:
        running = [stack.enter_context(subprocess.Popen(words, stderr=subprocess.PIPE, text=True))
                   for words in commands]
        for words, process in zip(commands, running):
            _, complaint = process.communicate()
            if process.returncode != 0:
                raise lab.Failed(f"{' '.join(words)}: {complaint.strip()[-200:]}")


def read_whole(*paths):
    """Reads the files from begin to end, all at once."""
    _at_once([["dd", f"if={path}", "of=/dev/null", "bs=1M", "status=none"] for path in paths])


def write_whole(pairs):
    """Writes each source to its file and closes it, all at once."""
    _at_once([["dd", f"if={source}", f"of={path}", "bs=1M", "status=none"] for source, path in pairs])


def list_long(directory):
    # The time that a terminal takes to show the lines is not the mount's.
    subprocess.run(["ls", "-l", directory], stdout=subprocess.DEVNULL, check=True,
                   env={**os.environ, "LC_ALL": "C"})


def list_names(directory):
    """Seconds until the first name of a directory and until its last, and how many there were."""
    start = time.perf_counter()
    count, first = 0, 0.0
    with os.scandir(directory) as names:
        for _ in names:
            first = first or time.perf_counter() - start
            count += 1
    return first, time.perf_counter() - start, count


def find(directory):
    subprocess.run(["find", directory], stdout=subprocess.DEVNULL, check=True)


def _threads(task):
    """Runs the task on several threads and hands on what went wrong in one of them."""
    wrong = []

    def guarded():
        try:
            task()
        except Exception as error:
            wrong.append(error)

    threads = [threading.Thread(target=guarded, daemon=True) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    try:
        for thread in threads:
            thread.join()
    except BaseException:
        # Interrupted: the files must be let go before the mount can be.
        _interrupted.set()
        for thread in threads:
            thread.join(2)
        raise
    if wrong:
        raise lab.Failed(f"{type(wrong[0]).__name__}: {wrong[0]}")


class _Shared:
    """Items that threads take one by one, until the time is over."""

    def __init__(self, items, limit):
        self._items, self._lock = iter(items), threading.Lock()
        self._start = time.perf_counter()
        self._limit = limit
        self.taken = 0

    def __iter__(self):
        while time.perf_counter() - self._start < self._limit and not _interrupted.is_set():
            with self._lock:
                item = next(self._items, None)
                if item is None:
                    return
                self.taken += 1
            yield item

    def rate(self):
        return self.taken / (time.perf_counter() - self._start)


def random_reads(path, size, limit=RANDOM_SECONDS, seed=6):
    """Reads of blocks that are not read twice, per second; for so many seconds."""
    offsets = list(range(0, size, BLOCK))
    random.Random(seed).shuffle(offsets)
    shared = _Shared(offsets, limit)

    def reader():
        file = os.open(path, os.O_RDONLY)
        try:
            for offset in shared:
                if len(os.pread(file, BLOCK, offset)) != BLOCK:
                    raise lab.Failed(f"short read of {path} at {offset}")
        finally:
            os.close(file)

    _threads(reader)
    return shared.rate()


def read_small(directory, size):
    """Lists a directory and reads each file in it: files per second."""
    start = time.perf_counter()
    names = sorted(os.listdir(directory))
    shared = _Shared(names, PATIENCE)

    def reader():
        for name in shared:
            with open(os.path.join(directory, name), "rb", buffering=0) as file:
                if len(file.read(size)) != size:
                    raise lab.Failed(f"short read of {name}")

    _threads(reader)
    return shared.taken / (time.perf_counter() - start)


def write_small(directory, names, content):
    shared = _Shared(names, 600)

    def writer():
        for name in shared:
            with open(os.path.join(directory, name), "wb", buffering=0) as file:
                file.write(content)

    _threads(writer)


def first_bytes(directory, count):
    """Milliseconds from open to the first byte, the median over files of a directory that was listed."""
    names = sorted(os.listdir(directory))
    times = []
    for name in random.Random(6).sample(names, count):
        start = time.perf_counter()
        file = os.open(os.path.join(directory, name), os.O_RDONLY)
        os.read(file, 1)
        times.append(time.perf_counter() - start)
        os.close(file)
    return statistics.median(times) * 1000
