"""What benchmarks/run gcs measured: as a table for the terminal and as a section of a page."""

import dataclasses
import json
import statistics
import time

from . import lab, report

BEGIN, END = "<!-- gcs: written by benchmarks/run gcs -->", "<!-- gcs: end -->"
MINE, CURL = "cove on GCS", "curl"


@dataclasses.dataclass(frozen=True)
class Part:
    """What one run measured: of each round the figures by line and tool."""

    big: int
    cove: str
    rounds: list

    def lines(self):
        return {line for figures in self.rounds for line, _ in figures}

    def of(self, line, tool):
        return [figures[line, tool] for figures in self.rounds]


def build():
    """The build that is measured."""
    return report._first_line("git", "describe", "--always", "--dirty")


def collect(parts, path):
    """Adds what was measured to the file; the same lines of the same size are replaced."""
    fresh = {(part.big, line) for part in parts for line in part.lines()}
    kept = [] if not path.exists() else [
        Part(part.big, part.cove, [{key: value for key, value in figures.items() if (part.big, key[0]) not in fresh}
                                   for figures in part.rounds]) for part in collected(path)]
    path.write_text(json.dumps([
        {"big": part.big, "cove": part.cove,
         "rounds": [{" / ".join(key): value for key, value in figures.items()} for figures in part.rounds]}
        for part in [*kept, *parts] if part.lines()], indent=1) + "\n")


def collected(path):
    if not path.exists():
        raise lab.Failed(f"nothing was collected in {path}")
    return [Part(part["big"], part["cove"],
                 [{tuple(key.split(" / ")): value for key, value in figures.items()} for figures in part["rounds"]])
            for part in json.loads(path.read_text())]


def verdict(lines, parts):
    """The table of all lines that were measured, and a sentence for each limit that is missed."""
    rows, missed = [], []
    for key, line in lines.items():
        for part in (part for part in parts if key in part.lines()):
            mine, its = part.of(key, MINE), part.of(key, line.peer)
            ratios = sorted(map(line.ratio, mine, its))
            ratio = statistics.median(ratios)
            ceiling = "–"
            if line.ceiling:
                ceiling = f"{report.number(statistics.median(map(line.ratio, mine, part.of(key, CURL))))} ×"
            title = line.title
            if key in ("sequential", "cpu-read", "cpu-write"):
                title += f", {part.big >> 20} MiB"
            rows.append([f"{title}, {line.unit}", report.number(statistics.median(mine)),
                         f"{report.number(statistics.median(its))} ({line.peer})", ceiling, line.limit(),
                         f"{report.number(ratio)} × ({', '.join(map(report.number, ratios))})",
                         "yes" if line.met_by(ratio) else "**no**"])
            if not line.met_by(ratio):
                missed.append(f"{title}: {report.number(ratio)} ×, {line.limit()} wanted")
    return report.table(["what", MINE, "beside", "of curl's", "limit", "reached (each round)", "met"], rows), missed


def write(rows, missed, parts, path):
    """Puts the section into the page, in place of the one that an earlier run put there."""
    builds = ", ".join(sorted({part.cove for part in parts}))
    text = "\n".join([
        BEGIN, "", "## Buckets of Google Cloud Storage", "",
        "`benchmarks/run gcs` measures gs:// mounts beside gcsfuse with its defaults on the same fake-gcs-server, which keeps "
        f"its objects in memory, and beside s3:// mounts on MinIO. {max(len(part.rounds) for part in parts)} rounds on "
        f"{time.strftime('%Y-%m-%d')}, medians.", "",
        *rows, "",
        *([f"{len(missed)} fall short:", "", *(f"- {sentence}" for sentence in missed), ""] if missed else []),
        *METHOD, "", *report.machine()[:1], f"- Cove {builds}; gcsfuse 3.11.1", "", END])
    report.put_between(path, BEGIN, END, text)


METHOD = [
    "- A fresh mount for each line, tool and round, after the page cache was dropped; the tools take turns at being first. "
    "gcsfuse is told not to ask for credentials nor how the bucket is laid out, neither of which the fake has.",
    "- Writing ends when the files are closed, which both tools answer when the object is stored. The mount, the server and the "
    "programs share two cores, so a line of small files says how much processor time each file takes of all three together.",
    "- Before small files are measured as many others are written as the line says. “After 100” is how small writes were measured "
    "first, in a process that has lived for a second. Two fifths of the mount's processor time in that line go to code that "
    "is still interpreted and a fifth to compiling it (`perf`, which knows the interpreter from compiled code); what a mount does "
    "later in its life is the line “after 1,500”. With 30 ms, too, it is after 100.",
    "- Large files have 1 GiB, in which what a process learns in its first second weighs less than in the 256 MiB (`--quick`) with "
    "which these lines were measured first.",
]
