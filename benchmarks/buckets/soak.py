"""benchmarks/run soak [--minutes N] [--pause N]: mixed reads on one mount for an hour; exits 1 if a line slows down or memory grows."""

import argparse
import os
import signal
import statistics
import sys
import time
from pathlib import Path

from . import lab, mounts, report, servers, work
from .__main__ import forget_settings, provide

MEMORY = 256
SLOWER, GROWN = 0.9, 1.1


class Samples:
    """What each turn measured, by name."""

    def __init__(self):
        self.turns = []

    def ends(self, name):
        """Medians of the second and the last quarter of the turns: the first one warms up."""
        values = [turn[name] for turn in self.turns]
        quarter = max(1, len(values) // 4)
        return statistics.median(values[quarter:2 * quarter] or values), statistics.median(values[-quarter:])


def held(pid):
    """What a process holds: resident memory, threads, descriptors."""
    status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return {"resident MB": int(status["VmRSS"].split()[0]) / 1000, "threads": int(status["Threads"]),
            "descriptors": len(os.listdir(f"/proc/{pid}/fd"))}


def turn(top, size):
    """One round of everything; rates, more is better."""
    figures = {}
    figures["sequential MB/s"] = size / 1e6 / work.seconds(work.read_whole, top / "big")
    figures["four at once MB/s"] = size / 1e6 / work.seconds(
        work.read_whole, *[top / f"four/{number}" for number in range(4)])
    figures["random reads/s"] = work.random_reads(top / "big", size)
    figures["small files/s"] = work.read_small(top / "small", servers.SMALL_SIZE)
    figures["lists/s"] = 1 / work.seconds(work.list_long, top / "listed")
    return figures


def run(minutes, pause):
    samples = Samples()
    with lab.Lab() as lab_:
        endpoint = servers.start_minio(lab_, lab_.memory / "minio")
        data = servers.Data(lab_, endpoint, 256 * servers.MIB)
        data.need("big", "four", "small", "listed")
        with mounts.Cove(lab_, endpoint, servers.BUCKET, ["--memory", f"{MEMORY}m"]) as mount:
            end = time.monotonic() + minutes * 60
            while time.monotonic() < end:
                lab.drop_page_cache()
                figures = turn(mount.directory, data.big_size)
                # Threads and connections that idle go after a while: what stays is what counts.
                samples.turns.append({**figures, **held(mount.pid)})
                print("  " + ", ".join(f"{name} {report.number(value)}"
                                       for name, value in samples.turns[-1].items()), file=sys.stderr, flush=True)
                time.sleep(pause)
            peak = mount.peak()
    return samples, peak


def verdict(samples, peak):
    missed = []
    for name in samples.turns[0]:
        before, after = samples.ends(name)
        good = after >= SLOWER * before if name.endswith("/s") else after <= max(GROWN * before, before + 8)
        print(f"{name:20} {report.number(before):>8} → {report.number(after):>8}  {'' if good else 'NOT FLAT'}")
        if not good:
            missed.append(name)
    most = MEMORY * servers.MIB / 1e6 + 200
    print(f"peak resident        {peak:8.0f} MB, {most:.0f} allowed")
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
        samples, peak = run(chosen.minutes, chosen.pause)
    except lab.Failed as error:
        print(f"benchmarks/run soak: {error}", file=sys.stderr)
        return 3
    missed = verdict(samples, peak)
    print(f"{len(samples.turns)} turns; " + ("not flat: " + ", ".join(missed) if missed else "all flat"))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
