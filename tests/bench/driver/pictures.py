# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Pictures of a run's results, by gnuplot. A run draws them beside its tables; for the README, from the last run:
pictures.py [build/bench/results.json [docs]]

  bench_host_timer.png   how late the host's own timer is called, Eddy beside what else lives in that host
  bench_cpu.png          processor time per request, relative to limit
  bench_memory.png       private memory for each idle connection

Every axis is logarithmic, so all of them show points and no bars: the length of a bar would mean nothing."""

import dataclasses
import json
import pathlib
import subprocess
import sys

import machine
import report
import servers as programs

EDDY = "#1f5fa8"
PEER = "#b3541e"
LIMIT = "#555555"
TITLES = {
    "native": "Eddy, its own loop", "qt": "Eddy in Qt", "qt-unix": "Eddy in Qt, without GLib", "glib": "Eddy in GLib",
    "asio": "Eddy in Boost.Asio", "libev": "Eddy in libev", "limit": "bare epoll (limit)", "nginx": "nginx",
    "beast": "Boost.Beast", "restinio": "RESTinio", "qhttpserver": "Qt HttpServer",
    "qhttpserver-unix": "Qt HttpServer, without GLib", "libsoup": "libsoup 3", "lws": "libwebsockets",
    "lws-libev": "libwebsockets in libev", "lws-glib": "libwebsockets in GLib", "cpp-httplib": "cpp-httplib",
    "tornado": "Tornado (Python)",
}


@dataclasses.dataclass
class Point:
    row: int
    value: float
    low: float = 0.0
    high: float = 0.0
    text: str = ""


def quoted(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def colour(name):
    return EDDY if name in programs.HOSTS else LIMIT if name == "limit" else PEER


class Picture:
    """A gnuplot program of one or two panels, whose rows have names."""

    TOP, BOTTOM, LEFT = 86, 76, 235  # pixels around the panels

    def __init__(self, path, width, names, title, caption):
        self.path, self.width = path, width
        self.names = [TITLES[name] for name in names]
        # A row takes the same height in every picture.
        self.height = self.TOP + self.BOTTOM + 27 * len(names)
        self.lines = [
            f"set terminal pngcairo size {width},{self.height} font 'DejaVu Sans,11' background rgb '#ffffff'",
            f"set output {quoted(str(path))}", "set encoding utf8", "set tics nomirror out scale 0.5 tc rgb '#222222'",
            "set border 1 lc rgb '#888888'", "set grid xtics lc rgb '#dddddd' lt 1 lw 1", "set logscale x 10",
            f"set yrange [{len(names) - 0.4}:-0.6]", "unset key",
            f"set label 1000 {quoted(title)} at screen 0.5,{1 - 22 / self.height:.4f} center font ',14'",
            f"set label 1001 {quoted(caption)} at screen 0.99,{12 / self.height:.4f} right font ',8' tc rgb '#777777'",
        ]

    def panel(self, number=0, count=1):
        """Where the next plot goes."""
        left, right = self.LEFT / self.width, 1 - 20 / self.width
        begin = left + (right - left) / count * number
        end = begin + (right - left) / count - (25 / self.width if number + 1 < count else 0)
        names = ", ".join(f"{quoted(name if number == 0 else '')} {row}" for row, name in enumerate(self.names))
        self.lines += [
            f"set lmargin at screen {begin:.4f}", f"set rmargin at screen {end:.4f}",
            f"set tmargin at screen {1 - self.TOP / self.height:.4f}",
            f"set bmargin at screen {self.BOTTOM / self.height:.4f}", f"set ytics ({names}) scale 0"]

    def legend(self, entries):
        """Points and what they mean, under the title: a list of (gnuplot's point type, text)."""
        height = 1 - 46 / self.height
        for index, (kind, text) in enumerate(entries):
            place = 0.5 + (index - (len(entries) - 1) / 2) * 150 / self.width
            self.lines.append(f"set label {1010 + index} {quoted('  ' + text)} at screen {place - 40 / self.width:.4f},"
                              f"{height:.4f} left font ',10' point pt {kind} ps 1.2 lc rgb '#444444'")

    def points(self, name, points):
        self.lines += [f"${name} << END"]
        self.lines += [f"{p.value} {p.row} {p.low or p.value} {p.high or p.value} {quoted(p.text)}" for p in points]
        self.lines += ["END"]

    def draw(self):
        subprocess.run([machine.require("gnuplot")], input="\n".join(self.lines) + "\n", text=True, check=True,
                       timeout=60)
        print(self.path)


def host_timer(found, folder, caption):
    """One panel for short handlers and one for long ones, with the same rows: each host's peers under it."""
    entries = [entry for entry in found.data.get("timer", []) if entry["connections"] == 512 and entry["p50_ms"]]
    works = sorted({entry["work_us"] for entry in entries})
    names = [name for host in programs.HOSTS
             for name in dict.fromkeys(entry["server"] for entry in entries if entry["host"] == host)]
    if not names:
        return
    picture = Picture(folder / "bench_host_timer.png", Picture.LEFT + 430 * len(works) + 20, names,
                      "How late a program’s own 5 ms timer is called while 512 web clients are busy", caption)
    picture.legend([(7, "median"), (5, "99 of 100"), (2, "worst")])
    picture.lines.append("set multiplot")
    for number, work in enumerate(works):
        picture.panel(number, len(works))
        if number:
            picture.lines.append("; ".join(f"unset label {label}" for label in range(1000, 1013)))
        picture.lines += [
            f"set title 'handlers of {'1 ms' if work == 1000 else f'{work} µs'}' font ',11' offset 0,-0.5",
            "set xrange [0.02:3000]", "set xtics ('0.1 ms' 0.1, '1 ms' 1, '10 ms' 10, '100 ms' 100, '1 s' 1000)",
            "set arrow 1 from 16.7, graph 0 to 16.7, graph 1 nohead dt 2 lc rgb '#999999' back",
            "set label 1 'a frame at 60 Hz' at 17.5, graph -0.13 center font ',8' tc rgb '#777777'"]
        plots = []
        for row, name in enumerate(names):
            for entry in entries:
                if entry["server"] == name and entry["work_us"] == work:
                    plots += timer_row(picture, f"t{number}_{row}", row, entry)
        picture.lines.append("plot " + ", ".join(plots))
    picture.lines.append("unset multiplot")
    picture.draw()


def timer_row(picture, data, row, entry):
    values = [max(entry[key], 0.02) for key in ("p50_ms", "p99_ms", "max_ms")]
    for suffix, value in zip("abc", values):
        picture.points(data + suffix, [Point(row, value, values[0], values[2])])
    line = f"lc rgb '{colour(entry['server'])}' notitle"
    return [f"${data}a using 3:2:($4-$3):(0) with vectors nohead lw 2 {line}",
            f"${data}a using 1:2 with points pt 7 ps 1.5 {line}", f"${data}b using 1:2 with points pt 5 ps 0.9 {line}",
            f"${data}c using 1:2 with points pt 2 ps 1.0 lw 2 {line}"]


def cpu(found, folder, caption):
    loads = [load for load in ("c64", "c512") if found.data.get(load)]
    names = list(dict.fromkeys(entry["server"] for load in loads for entry in found.data[load] if "server" in entry))
    names = [name for name in names if any(found.ratio(load, name) for load in loads)]
    if not names:
        return
    names.sort(key=lambda name: found.ratio(loads[0], name) or 1e9)
    picture = Picture(folder / "bench_cpu.png", 900, names,
                      "Processor time per “Hello, world”, relative to a bare epoll loop", caption)
    picture.panel()
    picture.legend([(point, f"{load[1:]} connections") for load, point in (("c64", 7), ("c512", 6)) if load in loads])
    highest = max(found.ratio(load, name) or 1 for load in loads for name in names)
    picture.lines += [f"set xrange [0.8:{highest * 1.6:.2f}]",
                      "set xtics ('1' 1, '1.5' 1.5, '2' 2, '3' 3, '5' 5, '10' 10, '20' 20, '50' 50, '100' 100)",
                      "set xlabel 'times that of a loop that only receives and sends; lines are 95 % intervals' "
                      "font ',9'"]
    plots = []
    for load, point, shift in (("c64", 7, "-0.14"), ("c512", 6, "+0.14")):
        for row, name in enumerate(names):
            if not found.ratio(load, name):
                continue
            data = f"{load}_{row}"
            picture.points(data, [point_of(found, load, name, row)])
            line = f"lc rgb '{colour(name)}' notitle"
            plots += [f"${data} using 3:($2{shift}):($4-$3):(0) with vectors nohead lw 2 {line}",
                      f"${data} using 1:($2{shift}) with points pt {point} ps 1.2 lw 1.5 {line}"]
    picture.lines.append("plot " + ", ".join(plots))
    picture.draw()


def point_of(found, load, name, row):
    ratio = found.of(load, variant=name, reference="limit").get("ratio") or {"middle": 1, "low": 1, "high": 1}
    return Point(row, ratio["middle"], ratio["low"], ratio["high"])


def memory(found, folder, caption):
    entries = sorted((entry for entry in found.data.get("memory", []) if entry["what"] == "are idle"),
                     key=lambda entry: entry["bytes"])
    if not entries:
        return
    picture = Picture(folder / "bench_memory.png", 900, [entry["server"] for entry in entries],
                      "Private memory for each idle connection", caption)
    picture.panel()
    picture.lines += ["set xrange [32:65536]", "set logscale x 2",
                      "set xtics ('64 B' 64, '256 B' 256, '1 KiB' 1024, '4 KiB' 4096, '16 KiB' 16384, '64 KiB' 65536)",
                      "set xlabel 'growth of the process for each of its connections, after one answer on each' "
                      "font ',9'"]
    plots = []
    for row, entry in enumerate(entries):
        picture.points(f"m{row}", [Point(row, max(entry["bytes"], 33), text=f"{entry['bytes']:.0f}")])
        plots += [f"$m{row} using 1:2 with points pt 7 ps 1.4 lc rgb '{colour(entry['server'])}'",
                  f"$m{row} using 1:2:5 with labels left offset 1,0 font ',9' tc rgb '#444444'"]
    picture.lines.append("plot " + ", ".join(plots))
    picture.draw()


class Data(report.Found):
    """Of a file instead of tables."""

    def __init__(self, results):
        super().__init__([])
        self.data = {table["name"]: table["data"] for table in results["tables"]}


def draw_all(source, folder):
    """Draws into a folder what a results.json has data for."""
    results = json.loads(source.read_text(encoding="utf-8"))
    about = results["machine"]
    caption = (f"{about['processor']}, {about['cores']} cores, Linux {about['kernel'].split('-')[0]}; tests/bench/run, "
               f"{about['commit']}, {results['when'][:10]}")
    if results["quick"]:
        caption = "A QUICK RUN, WHOSE FIGURES MEAN NOTHING; " + caption
    found = Data(results)
    for draw in (host_timer, cpu, memory):
        draw(found, folder, caption)


def main():
    root = pathlib.Path(__file__).resolve().parents[3]
    draw_all(pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else root / "build/bench/results.json",
             (pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else root / "docs").resolve())
    return 0


if __name__ == "__main__":
    sys.exit(main())
