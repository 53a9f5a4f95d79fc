"""benchmarks/run [buckets] [LINE…]: measures bucket mounts beside curl, rclone and s3fs."""

import argparse
import json
import os
import shutil
import signal
import sys
import time
from pathlib import Path

from . import lab, report, servers
from .lines import COVE, CURL, LINES, Bench

PAGE = lab.ROOT / "docs" / "PERFORMANCE.md"
RAW = lab.ROOT / "benchmarks" / "target" / "buckets.json"


def arguments():
    parser = argparse.ArgumentParser(
        prog="benchmarks/run buckets",
        description="Measures bucket mounts beside curl, rclone and s3fs. Exits 1 with what falls short.",
        epilog="A run of all lines writes docs/PERFORMANCE.md; others print their tables.")
    parser.add_argument("line", nargs="*", metavar="LINE", help="one of: " + ", ".join(LINES))
    parser.add_argument("--rounds", type=int, metavar="N", help="how often each line is measured (default: 3)")
    parser.add_argument("--quick", action="store_true", help="256 MiB instead of 1 GiB, and one round")
    parser.add_argument("--memory", metavar="SIZE", help="mount Cove with this --memory on each line")
    parser.add_argument("--tools", metavar="TOOL,…", help="only these of curl, cove, rclone and s3fs")
    parser.add_argument("--output", type=Path, metavar="FILE", help="where the page is written")
    parser.add_argument("--collect", type=Path, metavar="FILE",
                        help="keep the figures in this file, for a run of all lines in several parts")
    parser.add_argument("--collected", type=Path, metavar="FILE",
                        help="measure nothing: judge and write what --collect has kept there")
    chosen = parser.parse_args()
    unknown = [line for line in chosen.line if line not in LINES]
    if unknown:
        parser.error(f"no line {unknown[0]}: choose from {', '.join(LINES)}")
    tools = chosen.tools.split(",") if chosen.tools else list(report.TOOLS)
    if not set(tools) <= set(report.TOOLS):
        parser.error(f"--tools takes {', '.join(report.TOOLS)}, not {chosen.tools}")
    chosen.tools = tools
    chosen.rounds = chosen.rounds or (1 if chosen.quick else 3)
    if chosen.rounds < 1:
        parser.error("--rounds takes a number from 1")
    whole = not (chosen.line or chosen.quick or chosen.memory or len(tools) < len(report.TOOLS))
    if chosen.collected:
        whole = True
    chosen.output = chosen.output or (PAGE if whole and not chosen.collect else None)
    return chosen


def provide():
    """Fetches what the machine lacks."""
    if not all(shutil.which(tool) for tool in ("curl", "rclone", "s3fs")):
        lab.run(lab.ROOT / "it-tests" / "provision", "packages")


def forget_settings():
    """Hides the user's own settings from all tools: some of them fail on a variable that another one needs."""
    for name in [name for name in os.environ if name.startswith(("AWS_", "RCLONE_"))]:
        del os.environ[name]
    os.environ["no_proxy"] = os.environ["NO_PROXY"] = "127.0.0.1"


def say(text):
    print(text, file=sys.stderr, flush=True)


def measure(bench, line, round_number, tools, results):
    """Measures one line with each tool; what goes wrong with one of them leaves the others their figures."""
    turn = round_number % len(tools)
    for tool in tools[turn:] + tools[:turn]:
        if tool not in LINES[line].tools:
            continue
        before = time.monotonic()
        shown = dict(bench.figures)
        try:
            LINES[line].measure(bench, tool)
        except lab.Failed as error:
            results.failures.append(f"{line} with {tool}, round {round_number + 1}: {error}")
            say(f"  {line} {tool}: {error}")
            continue
        new = [f"{row} {report.number(value)}" for (row, _), value in bench.figures.items() - shown.items()]
        say(f"  {round_number + 1} {line} {tool}: {', '.join(sorted(new))}  ({time.monotonic() - before:.0f} s)")


def measure_all(chosen, lines):
    results = report.Results(lines)
    cove_options = ["--memory", chosen.memory] if chosen.memory else []
    big = (256 if chosen.quick else 1024) * servers.MIB
    with lab.Lab() as lab_:
        endpoint = servers.start_minio(lab_, lab_.memory / "minio")
        bench = Bench(lab_, endpoint, servers.Data(lab_, endpoint, big), cove_options)
        if COVE in chosen.tools:
            # Builds Cove and its archive of loaded classes, which no line must pay for.
            with bench.mount(COVE):
                pass
        for round_number in range(chosen.rounds):
            bench.figures, bench.costs = {}, {}
            for line in lines:
                measure(bench, line, round_number, chosen.tools, results)
            results.rounds.append(bench.figures)
            results.costs.append(bench.costs)
    settings = {"rounds": chosen.rounds, "cove_options": cove_options, "big": big, "dropped": bench.dropped}
    return results, settings


def plain(results):
    """The figures as JSON has them."""
    return {"lines": results.lines, "failures": results.failures,
            **{name: [{" ".join(key): value for key, value in kept.items()} for kept in rounds]
               for name, rounds in (("rounds", results.rounds), ("costs", results.costs))}}


def keep_raw(results):
    RAW.parent.mkdir(parents=True, exist_ok=True)
    RAW.write_text(json.dumps({"machine": report.machine(), **plain(results)}, indent=1) + "\n")


def collect(results, settings, path):
    """Adds the lines of this run to those in the file; a line that is there already is replaced."""
    parts = json.loads(path.read_text()) if path.exists() else []
    parts = [part for part in (without(part, results.lines) for part in parts) if part["lines"]]
    path.write_text(json.dumps([*parts, {"settings": settings, **plain(results)}], indent=1) + "\n")


def without(part, lines):
    """What a part has of other lines."""
    gone = {*lines, *(row for line in lines for row in LINES[line].rows)}

    def rest(rounds):
        return [{key: value for key, value in figures.items() if key.split(" ")[0] not in gone} for figures in rounds]

    return {**part, "lines": [line for line in part["lines"] if line not in gone],
            "rounds": rest(part["rounds"]), "costs": rest(part["costs"])}


def collected(path):
    """The results of all parts, as if one run had measured them."""
    if not path.exists():
        raise lab.Failed(f"nothing was collected in {path}")
    parts = json.loads(path.read_text())
    if any(part["settings"] != parts[0]["settings"] for part in parts):
        raise lab.Failed(f"the parts in {path} were measured with different settings")
    measured = {line for part in parts for line in part["lines"]}
    results = report.Results([line for line in LINES if line in measured])
    for part in parts:
        results.failures += part["failures"]
        for name in ("rounds", "costs"):
            for number, figures in enumerate(part[name]):
                rounds = getattr(results, name)
                while len(rounds) <= number:
                    rounds.append({})
                rounds[number].update({tuple(key.split(" ")): value for key, value in figures.items()})
    missing = [line for line in LINES if line not in measured]
    results.failures += [f"{line}: not measured" for line in missing]
    return results, parts[0]["settings"]


def main():
    chosen = arguments()
    lines = [line for line in LINES if not chosen.line or line in chosen.line]
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(3))
    try:
        provide()
        forget_settings()
        results, settings = collected(chosen.collected) if chosen.collected else measure_all(chosen, lines)
    except lab.Failed as error:
        say(f"benchmarks/run: {error}")
        return 3
    except KeyboardInterrupt:
        say("benchmarks/run: interrupted; everything is stopped and removed")
        return 130
    print("\n".join([*report.figures_table(results), "", *report.limits_table(results), "",
                     *report.cost_table(results), ""]))
    if chosen.collect:
        collect(results, settings, chosen.collect)
    elif not chosen.collected:
        keep_raw(results)
    if chosen.output:
        report.write(results, settings, chosen.output)
        say(f"written to {chosen.output}")
    missed = report.shortfalls(results)
    print(f"{len(missed)} fall short:" if missed else "every limit is met")
    print("\n".join(f"  {sentence}" for sentence in missed))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
