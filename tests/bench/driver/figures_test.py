# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What may be said about samples: order, voids, undecided intervals. Nothing is measured here."""

import dataclasses
import unittest

import figures
import load


@dataclasses.dataclass
class Sample:
    cpu_us: float
    void: object = None


class Intervals(unittest.TestCase):
    def test_a_ratio_is_the_median_and_lies_in_its_interval(self):
        ratio = figures.Ratio([1.0, 1.01, 1.02, 1.01, 1.0, 1.02, 1.01, 1.01, 3.0])
        self.assertEqual(ratio.middle, 1.01)
        self.assertLessEqual(ratio.low, ratio.middle)
        self.assertLessEqual(ratio.middle, ratio.high)
        self.assertLess(ratio.high, 3.0)

    def test_verdicts(self):
        narrow, wide = figures.Ratio([1.1] * 9), figures.Ratio([1.0, 1.2] * 5)
        self.assertEqual(narrow.verdict(1.1), "passed")
        self.assertEqual(narrow.verdict(1.09), "FAILED")
        self.assertEqual(narrow.verdict(None), "reported")
        self.assertEqual(wide.verdict(2.0), "undecided")


class RoundsOfSamples(unittest.TestCase):
    def setUp(self):
        self.taken = []

    def rounds(self, patience=9, **values):
        """Samplers that give the values in turns, for ever."""
        def sampler(name, sequence):
            def take():
                self.taken.append(name)
                return sequence[self.taken.count(name) % len(sequence) - 1]
            return take
        return figures.Rounds({name: sampler(name, sequence) for name, sequence in values.items()}, patience)

    def test_there_and_back(self):
        rounds = self.rounds(a=[Sample(1)], b=[Sample(2)], c=[Sample(3)])
        rounds.run({"a", "b", "c"}, 2)
        self.assertEqual("".join(self.taken), "abccba")
        rounds.run({"b", "a"}, 1)
        self.assertEqual("".join(self.taken), "abccbaab")

    def test_only_samples_of_one_round_are_compared(self):
        rounds = self.rounds(a=[Sample(1)], b=[Sample(2)])
        rounds.run({"a"}, 3)
        rounds.run({"a", "b"}, 2)
        comparison = rounds.judge(figures.Comparison("load", "a", "b", 2.0))
        self.assertEqual(len(comparison.pairs), 2)
        self.assertEqual((comparison.ratio.middle, comparison.verdict), (2.0, "passed"))

    def test_a_void_sample_is_taken_again(self):
        rounds = self.rounds(a=[Sample(9, "disturbed"), Sample(1)])
        rounds.run({"a"}, 2)
        self.assertEqual([sample.cpu_us for sample in rounds.all_of("a")], [1, 1])
        self.assertEqual(rounds.voided["a"], ["disturbed"] * 2)

    def test_too_many_void_samples_decide_nothing(self):
        rounds = self.rounds(patience=3, a=[Sample(1)], b=[Sample(1, "disturbed")])
        rounds.run({"a", "b"}, 3)
        self.assertEqual(self.taken.count("b"), 4)
        self.assertEqual(rounds.judge(figures.Comparison("load", "a", "b", 2.0)).verdict, "void")

    def test_who_gives_nothing_is_not_asked_again(self):
        rounds = self.rounds(a=[Sample(1)], b=[None])
        rounds.run({"a", "b"}, 3)
        self.assertEqual(self.taken.count("b"), 1)
        self.assertEqual(rounds.judge(figures.Comparison("load", "a", "b", 2.0)).verdict, "void")

    def test_what_is_undecided_is_taken_again_and_nothing_else(self):
        rounds = self.rounds(a=[Sample(1)], b=[Sample(1), Sample(1.5)], c=[Sample(1)])
        rounds.run({"a", "b", "c"}, 4)
        comparisons = [figures.Comparison("load", "a", "b", 2.0), figures.Comparison("load", "a", "c", 2.0)]
        rounds.decide(comparisons, 4, repeats=2)
        self.assertEqual([comparison.verdict for comparison in comparisons], ["undecided", "passed"])
        self.assertEqual([self.taken.count(name) for name in "abc"], [12, 12, 4])


# The blank behind a time in seconds is wrk's.
WRK = """Running 1s test @ http://127.0.0.1:1/
  Latency Distribution
     50%  250.00us
     75%    2.00ms
     90%    0.90s 
     99%    1.50s 
  12 requests in 1.00s, 1.00MB read
Requests/sec:     11.50
"""


class Wrk(unittest.TestCase):
    def test_its_output_is_understood(self):
        self.assertEqual(load.wrk_result(WRK), load.WrkResult(12, 11.5, 0.25, 1500.0))

    def test_errors_are_no_result(self):
        self.assertIsNone(load.wrk_result(WRK + "  Non-2xx or 3xx responses: 1\n"))
        self.assertIsNone(load.wrk_result(WRK + "  Socket errors: connect 1, read 0, write 0, timeout 0\n"))
        self.assertIsNone(load.wrk_result("unable to connect"))


if __name__ == "__main__":
    unittest.main()
