#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The table of table.h by Tornado and by Jinja2, in microseconds a page: beside bench_micro --benchmark_filter=table."""

import timeit

import jinja2
import tornado.template

ROWS = [{"id": i, "name": f"Row number {i}",
         "text": 'with <markup> & "quotes"' if i % 10 == 0 else "some text that needs no escaping"} for i in range(1000)]
ROW = '<tr><td>{{ row["id"] }}</td><td>{{ row["name"] }}</td><td>{{ row["text"] }}</td></tr>\n'


def main():
    of_tornado = tornado.template.Template("<table>\n{% for row in rows %}" + ROW + "{% end %}</table>\n", whitespace="all")
    of_jinja = jinja2.Environment(autoescape=True, keep_trailing_newline=True).from_string(
        "<table>\n{% for row in rows %}" + ROW + "{% endfor %}</table>\n")
    for name, render in (("tornado", lambda: of_tornado.generate(rows=ROWS)),
                         ("jinja2", lambda: of_jinja.render(rows=ROWS).encode())):
        assert len(render()) >= 80000, name
        best = min(timeit.repeat(render, number=20, repeat=5)) / 20
        print(f"table_{name:8} {best * 1e6:8.0f} us")


if __name__ == "__main__":
    main()
