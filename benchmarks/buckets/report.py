"""What was measured: as a table for the terminal, a page for the documentation, and a plot."""

import math
import os
import platform
import re
import statistics
import subprocess
import time
from pathlib import Path

from . import lab
from .lines import COVE, CURL, LINES, ROWS, SMALL_WRITES
from .mounts import PEERS

TOOLS = (CURL, COVE, *PEERS)
BEGIN, END = "<!-- buckets: written by benchmarks/run -->", "<!-- buckets: end -->"
COLOURS = {COVE: "#1f6feb", "rclone": "#9aa4af", "s3fs": "#d0a24c"}


class Results:
    """Figures of all rounds."""

    def __init__(self, lines):
        self.lines = lines
        self.rounds, self.costs, self.failures = [], [], []

    def median(self, row, tool):
        values = [figures[row, tool] for figures in self.rounds if (row, tool) in figures]
        return statistics.median(values) if values else None

    def ratio(self, row, tool, other):
        """The median of what was measured side by side; above 1 is better than the other."""
        pairs = [(figures.get((row, tool)), figures.get((row, other))) for figures in self.rounds]
        ratios = [mine / its for mine, its in pairs if mine and its]
        if not ratios:
            return None
        middle = statistics.median(ratios)
        return middle if ROWS[row].more_is_better else 1 / middle

    def rows(self):
        return [row for line in self.lines for row in LINES[line].rows]

    def verdicts(self):
        """Each limit of the lines that ran: row, limit, value, whether it is met."""
        for row in self.rows():
            for limit in ROWS[row].limits:
                value = limit.measure(row, self.rounds)
                yield row, limit, value, limit.met_by(value)

    def cost(self, line, tool):
        """Median processor seconds and peak megabytes."""
        found = [costs[line, tool] for costs in self.costs if (line, tool) in costs]
        if not found:
            return None
        return statistics.median(cpu for cpu, _ in found), statistics.median(peak for _, peak in found)


def number(value):
    if value is None:
        return "–"
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def table(header, rows):
    widths = [max(len(str(cell)) for cell in column) for column in zip(header, *rows)]
    lines = ["| " + " | ".join(str(cell).ljust(width) for cell, width in zip(row, widths)) + " |"
             for row in [header, *rows]]
    return [lines[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *lines[1:]]


def figures_table(results):
    rows = []
    for row in results.rows():
        shape = ROWS[row]
        figures = [number(results.median(row, tool)) for tool in TOOLS]
        ratios = [_times(results.ratio(row, COVE, other)) for other in (CURL, *PEERS)]
        rows.append([f"{shape.title}, {shape.unit}", *figures, *ratios])
    return table(["what", *TOOLS, *(f"Cove : {other}" for other in (CURL, *PEERS))], rows)


def _times(ratio):
    return "" if ratio is None else f"{number(ratio)} ×"


def limits_table(results):
    rows = []
    for row, limit, value, met in results.verdicts():
        unit = f" {ROWS[row].unit}" if limit.is_absolute() else " ×"
        reached = "not measured" if value is None else number(value) + unit
        rows.append([ROWS[row].title, limit.text(ROWS[row].unit), reached, "yes" if met else "**no**"])
    return table(["what", "limit", "reached", "met"], rows)


def cost_table(results):
    rows = []
    for line in results.lines:
        cells = [results.cost(line, tool) for tool in (COVE, *PEERS)]
        if any(cells):
            rows.append([line, *("–" if cell is None else f"{cell[0]:.1f} / {cell[1]:.0f}" for cell in cells)])
    return table(["line", *(f"{tool}: CPU s / peak MB" for tool in (COVE, *PEERS))], rows)


def shortfalls(results):
    """One sentence for each limit that is missed and for each line that could not be measured."""
    missed = []
    for row, limit, value, met in results.verdicts():
        if not met:
            shown = "not measured" if value is None else number(value)
            missed.append(f"{ROWS[row].title}: {shown}, {limit.text(ROWS[row].unit)} wanted")
    return missed + results.failures


def page(results, settings, plot_name):
    parts = [BEGIN, "", *_introduction(results, settings), "", f"![Speed beside the peers]({plot_name})", "",
             "## Figures", "", "Medians. “Cove : other” is how many times better Cove did than the other in the same "
             "round (its median): above 1 is faster, or less.", "", *figures_table(results), "",
             "## Limits", "", *limits_table(results), ""]
    if results.failures:
        parts += ["Could not be measured:", "", *(f"- {failure}" for failure in results.failures), ""]
    parts += ["## Cost", "", "Processor time (user and system) of the whole mount process with its children, from its "
              "start to the end of the line's work, and the most memory that was resident.", "", *cost_table(results),
              "", "## Method", "", *_method(settings), "", "## Machine", "", *machine(), "", END]
    return "\n".join(parts)


def _introduction(results, settings):
    verdicts = list(results.verdicts())
    met = sum(1 for verdict in verdicts if verdict[3])
    return [f"`benchmarks/run buckets` measures bucket mounts beside `curl`, `rclone mount` and s3fs. "
            f"{settings['rounds']} rounds on {time.strftime('%Y-%m-%d')}: {met} of {len(verdicts)} limits are met. "
            "Times drift with the machine, ratios of one run hold: compare those."]


def _method(settings):
    cove = " ".join(["cove mount", *settings["cove_options"]])
    cache = ("The page cache is dropped before each mount." if settings["dropped"]
             else "The page cache could not be dropped, which needs root.")
    return [
        f"- MinIO on the same machine with its data in memory (tmpfs). A “large” file is {settings['big'] >> 20} MiB "
        "of random bytes, “four files” are a quarter of that each.",
        f"- For each line and tool a fresh mount: `{cove}` (`--rw` to write), `rclone mount --vfs-cache-mode writes`, "
        "`s3fs -o use_cache=DIR`; all with their defaults otherwise. " + cache,
        "- Large files are read and written by `dd bs=1M`; small and random ones by 8 threads of one program. The time "
        "to read a folder of small files includes listing it; random reads last 5 s and read no block twice.",
        "- `curl` signs its requests and reads to `/dev/null`; many small objects on 8 connections of one process. "
        "Beside `ls -l` stands a bare LIST, page by page on one connection; beside “first byte” a GET of one byte on "
        "a connection that stands.",
        f"- Writing ends when the files are closed *and* their objects are complete in the bucket: rclone uploads "
        f"after close. {SMALL_WRITES} small files are written.",
        "- The disk cache lies in memory too: it is the cache that is measured and not the machine's disk. “1,000,000 "
        "objects” are listed by a server that makes them up.",
        "- “30 ms”: a proxy before the server holds each response back for so long.",
        "- The tools take turns at being first from round to round.",
    ]


def _first_line(*command):
    try:
        done = subprocess.run(command, capture_output=True, text=True, cwd=lab.ROOT)
        return (done.stdout or done.stderr).strip().splitlines()[0].strip()
    except (OSError, IndexError):
        return "unknown"


def machine():
    cpu = re.search(r"^model name\s*:\s*(.*)$", Path("/proc/cpuinfo").read_text(), re.M)
    memory = int(re.search(r"MemTotal:\s*(\d+)", Path("/proc/meminfo").read_text())[1]) / 1e6
    minio = _first_line(lab.CACHE / "bin" / "minio", "--version")
    revision = _first_line("git", "describe", "--always", "--dirty")
    return [f"- {os.cpu_count()} × {cpu[1] if cpu else platform.machine()}, {memory:.0f} GB, "
            f"Linux {platform.release()}; load {os.getloadavg()[2]:.1f} over the last quarter of an hour",
            f"- Cove {revision}; {_first_line('rclone', 'version')}; {_first_line('s3fs', '--version')}; "
            f"{' '.join(_first_line('curl', '--version').split()[:2])}; {minio}"]


def write(results, settings, path):
    """Puts the page into the file, in place of the one that an earlier run put there."""
    plot_path = path.with_name("performance-buckets.svg")
    text = page(results, settings, plot_path.name)
    put_between(path, BEGIN, END, text)
    plot_path.write_text(plot(results))


def plot(results):
    """Speed of each tool over that of the faster peer, on a scale that doubles."""
    groups = [(row, speeds) for row in results.rows() if (speeds := _beside_best_peer(results, row))]
    left, width, bar, gap, reach = 350, 520, 8, 12, 5
    unit = width / (2 * reach)
    top, group = 60, 3 * bar + gap
    height = top + group * len(groups) + 30

    def x(speed):
        return left + (max(-reach, min(reach, math.log2(speed))) + reach) * unit

    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {left + width + 60} {height}" '
           'font-family="sans-serif" font-size="11">',
           f'<rect width="100%" height="100%" fill="#fff"/>',
           '<text x="12" y="20" font-size="14">Speed beside the faster of rclone and s3fs (further right is faster)'
           '</text>']
    for place, tool in enumerate((COVE, *PEERS)):
        out.append(f'<rect x="{12 + place * 80}" y="30" width="10" height="10" fill="{COLOURS[tool]}"/>'
                   f'<text x="{26 + place * 80}" y="39">{tool}</text>')
    for power in range(-reach, reach + 1):
        label = f"{2 ** power}×" if power >= 0 else f"1/{2 ** -power}"
        out.append(f'<line x1="{x(2 ** power):.1f}" y1="{top - 4}" x2="{x(2 ** power):.1f}" y2="{height - 24}" '
                   f'stroke="{"#444" if power == 0 else "#e4e4e4"}"/>'
                   f'<text x="{x(2 ** power):.1f}" y="{height - 8}" text-anchor="middle">{label}</text>')
    for place, (row, speeds) in enumerate(groups):
        y = top + place * group
        out.append(f'<text x="{left - 8}" y="{y + 2 * bar}" text-anchor="end">{_escaped(ROWS[row].title)}</text>')
        for offset, tool in enumerate((COVE, *PEERS)):
            if tool in speeds:
                end = x(speeds[tool])
                # A peer that is the best itself would otherwise have a bar without length.
                start, end = min(end, x(1)), max(end, x(1), x(1) + 2)
                out.append(f'<rect x="{start:.1f}" y="{y + offset * bar}" width="{end - start:.1f}" '
                           f'height="{bar - 1}" fill="{COLOURS[tool]}"/>')
    return "\n".join([*out, "</svg>", ""])


def _escaped(text):
    return text.replace("&", "&amp;").replace("<", "&lt;")


def _beside_best_peer(results, row):
    medians = {tool: results.median(row, tool) for tool in (COVE, *PEERS)}
    speeds = {tool: value if ROWS[row].more_is_better else 1 / value for tool, value in medians.items() if value}
    best = max((speeds[tool] for tool in PEERS if tool in speeds), default=None)
    if best is None or COVE not in speeds:
        return None
    return {tool: speed / best for tool, speed in speeds.items()}


def put_between(path, begin, end, text):
    """Puts a part of a page, which has both marks, in place of the one that is there, or at the page's end."""
    before = path.read_text() if path.exists() else "# Performance\n"
    if begin in before and end in before:
        head, _, rest = before.partition(begin)
        text = head + text + rest.partition(end)[2]
    else:
        text = before.rstrip() + "\n\n" + text + "\n"
    path.write_text(text)
