# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""How the figures of single pieces are read and judged. Nothing is measured here."""

import json
import unittest

import pieces
from plan import Table

ROUTES = """ns for a path       10 routes       10,000    ratio  1,000 paths
literal                    55           80     1.45           95
literal, miss              50           60     1.20           61
"""
HANDLERS = """ns a request                all      added
bare server                 900          0
function                    930         30
RequestHandler              914         14
with typed groups          1100        200
"""


def micro(**times):
    names = [{"run_name": f"table_{name}", "aggregate_name": kind, "cpu_time": us * 1000 * factor}
             for name, us in times.items() for kind, factor in (("mean", 9), ("median", 1))]
    return json.dumps({"benchmarks": names})


class Pieces(unittest.TestCase):
    def setUp(self):
        self.table = Table("pieces", "", [])

    def test_the_worst_kind_of_routes_counts(self):
        pieces.add_routes(self.table, ROUTES)
        self.assertEqual(self.table.verdicts, {"routes": "passed"})
        self.assertEqual([row[1] for row in self.table.rows], ["1.45", "1.20"])
        pieces.add_routes(self.table, ROUTES.replace("1.20", "3.01"))
        self.assertEqual(self.table.verdicts, {"routes": "FAILED"})

    def test_a_plain_handler_has_the_bound(self):
        pieces.add_handlers(self.table, HANDLERS)
        self.assertEqual(self.table.verdicts, {"RequestHandler": "passed"})
        pieces.add_handlers(self.table, HANDLERS.replace("  14", " 601"))
        self.assertEqual(self.table.verdicts, {"RequestHandler": "FAILED"})

    def test_a_template_is_compared_with_the_best_of_each_engine(self):
        times = pieces.template_times(micro(eddy=70, eddy_fresh=300, ctemplate=160, ctemplate_filled=800, mustache=60),
                                      "table_tornado     1815 us\ntable_jinja2      1616 us\n")
        self.assertEqual(times, {"eddy": 70, "ctemplate": 160, "mustache": 60, "tornado": 1815, "jinja2": 1616})
        pieces.add_templates(self.table, times)
        self.assertEqual(self.table.verdicts, {"template to ctemplate": "passed", "template to mustache": "FAILED",
                                               "template to tornado": "passed", "template to jinja2": "passed"})

    def test_what_was_not_measured_is_void(self):
        pieces.add_routes(self.table, "")
        pieces.add_handlers(self.table, "")
        pieces.add_templates(self.table, pieces.template_times("", ""))
        self.assertEqual(set(self.table.verdicts.values()), {"void"})
        self.assertEqual(len(self.table.verdicts), 6)
        self.assertEqual(len(self.table.notes), 6)


if __name__ == "__main__":
    unittest.main()
