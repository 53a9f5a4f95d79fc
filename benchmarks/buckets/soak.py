"""benchmarks/run soak [--minutes N] [--pause N]: mixed reads on one mount for an hour; exits 1 if a line slows down or memory grows."""

import argparse
import os
import re
import signal
import statistics
import sys
import time
import urllib.request
from pathlib import Path

from . import lab, mounts, report, s3, servers, work
from .__main__ import forget_settings, provide

MEMORY = 256
SLOWER, GROWN = 0.9, 1.1
RANDOM_SECONDS = 2


class Mixed:
    """Each line once on the mount, and beside it what curl needs for the same bytes in the same seconds."""

    def __init__(self, lab_, endpoint, data):
        self._lab, self._endpoint, self._data = lab_, endpoint, data
        data.need("big", "four", "small", "listed")
        self._turns = 0
        self._metrics = lab.free_port()
        self.options = ["--memory", f"{MEMORY}m", "--metrics", f"127.0.0.1:{self._metrics}"]

    def turn(self, mount):
        """Seconds of each line over curl's, its processor time, and what the process holds then."""
        figures = {}
        for name, (line, reference) in self._lines(mount.directory).items():
            lab.drop_page_cache()
            # Before and after, so that other work on the machine which comes or goes meanwhile counts half.
            curl = work.seconds(reference)
            before = mount.cpu()[0]
            start = time.perf_counter()
            # Seconds of curl's work for a line of fixed length: of the share that was done in it.
            share = line() or 1.0
            took = (time.perf_counter() - start) / share
            figures[f"{name}, CPU s"] = (mount.cpu()[0] - before) / share
            curl = (curl + work.seconds(reference)) / 2
            figures[f"{name}, × curl"] = curl / took
        return {**figures, **self._held(mount.pid)}

    def _lines(self, top):
        url, size = self._data.url, self._data.big_size
        four = [f"four/{number}" for number in range(4)]

        def at_random():
            self._turns += 1
            reads = work.random_reads(top / "big", size, RANDOM_SECONDS, seed=self._turns)
            return reads * RANDOM_SECONDS * work.BLOCK / size

        def curl_small():
            s3.curl_read_many([url(key) for key in servers.small_keys("small")], self._lab.disk / "curl.config")

        def curl_list():
            with s3.Client(self._endpoint) as client:
                client.list(servers.BUCKET, "listed/")

        def mount_small():
            work.read_small(top / "small", servers.SMALL_SIZE)

        return {
            "sequential": (lambda: work.read_whole(top / "big"), lambda: s3.curl_read(url("big"))),
            "four at once": (lambda: work.read_whole(*[top / key for key in four]),
                             lambda: s3.curl_read(*map(url, four))),
            "random": (at_random, lambda: s3.curl_read(url("big"))),
            "small files": (mount_small, curl_small),
            "list": (lambda: work.list_long(top / "listed"), curl_list),
        }

    def _held(self, pid):
        """Memory, threads and descriptors. Those that idle go after a while: what stays is what counts."""
        status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
        with urllib.request.urlopen(f"http://127.0.0.1:{self._metrics}/metrics", timeout=30) as answer:
            uses = re.findall(r"^cove_memory_bytes\{.*\} (\S+)$", answer.read().decode(), re.M)
        return {"resident MB": int(status["VmRSS"].split()[0]) / 1000, "heap in use MB": live_heap(pid),
                "buffers MB": sum(map(float, uses)) / 1e6, "threads": int(status["Threads"]),
                "descriptors": len(os.listdir(f"/proc/{pid}/fd"))}


def live_heap(pid):
    """Megabytes of the heap that a collection leaves."""
    jcmd = Path(os.readlink(f"/proc/{pid}/exe")).with_name("jcmd")
    lab.run(jcmd, pid, "GC.run")
    generations = re.findall(r"^ *\S.*?total \d+K, used (\d+)K", lab.run(jcmd, pid, "GC.heap_info"), re.M)
    # The last one is of classes.
    return sum(map(int, generations[:2])) * 1024 / 1e6


def run(minutes, pause):
    turns = []
    with lab.Lab() as lab_:
        endpoint = servers.start_minio(lab_, lab_.memory / "minio")
        mixed = Mixed(lab_, endpoint, servers.Data(lab_, endpoint, 512 * servers.MIB))
        with mounts.Cove(lab_, endpoint, servers.BUCKET, mixed.options) as mount:
            end = time.monotonic() + minutes * 60
            while time.monotonic() < end:
                turns.append(mixed.turn(mount))
                print("  " + ", ".join(f"{name} {report.number(value)}" for name, value in turns[-1].items()),
                      file=sys.stderr, flush=True)
                time.sleep(pause)
            peak = mount.peak()
    return turns, peak


def ends(turns, name):
    """The medians of the second and of the last quarter of the turns: the first one warms up."""
    values = [turn[name] for turn in turns]
    quarter = max(1, len(values) // 4)
    return statistics.median(values[quarter:2 * quarter] or values), statistics.median(values[-quarter:])


def flat(name, before, after):
    if name.endswith("× curl"):
        return after >= SLOWER * before
    return after <= max(GROWN * before, before + (0.05 if name.endswith(" s") else 8))


def verdict(turns, peak):
    missed = []
    for name in turns[0]:
        before, after = ends(turns, name)
        good = flat(name, before, after)
        print(f"{name:22} {report.number(before):>8} → {report.number(after):>8}  {'' if good else 'NOT FLAT'}")
        if not good:
            missed.append(name)
    most = MEMORY * servers.MIB / 1e6 + 200
    print(f"{'peak resident MB':22} {peak:8.0f}, {most:.0f} allowed")
    return missed + (["peak resident"] if peak > most else [])


def main():
    parser = argparse.ArgumentParser(prog="benchmarks/run soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60, metavar="N", help="how long (default: 60)")
    parser.add_argument("--pause", type=float, default=0, metavar="N",
                        help="seconds of rest between turns, where others need the machine (default: 0)")
    chosen = parser.parse_args()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(3))
    try:
        provide()
        forget_settings()
        turns, peak = run(chosen.minutes, chosen.pause)
    except lab.Failed as error:
        print(f"benchmarks/run soak: {error}", file=sys.stderr)
        return 3
    missed = verdict(turns, peak)
    print(f"{len(turns)} turns; " + ("not flat: " + ", ".join(missed) if missed else "all flat"))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
