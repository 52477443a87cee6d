# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Statistics: the ratio of two things that were measured in turns, and what may be said about it."""

import dataclasses
import random
import statistics

# An interval wider than this, relative to its ratio, decides nothing.
WIDEST = 0.06
RESAMPLES = 4000


def interval(values, seed=1):
    """The bootstrap 95 % interval of the median."""
    generator = random.Random(seed)
    medians = sorted(statistics.median(generator.choices(values, k=len(values))) for _ in range(RESAMPLES))
    return medians[int(0.025 * RESAMPLES)], medians[int(0.975 * RESAMPLES) - 1]


@dataclasses.dataclass
class Ratio:
    """The median of pairwise ratios, with its 95 % interval."""

    ratios: list
    middle: float = 0.0
    low: float = 0.0
    high: float = 0.0

    def __post_init__(self):
        self.middle = statistics.median(self.ratios)
        self.low, self.high = interval(self.ratios)

    @property
    def decided(self):
        return (self.high - self.low) / self.middle <= WIDEST

    def verdict(self, bound):
        if not self.decided:
            return "undecided"
        if bound is None:
            return "reported"
        return "passed" if self.middle <= bound else "FAILED"

    def __str__(self):
        return f"{self.middle:.3f} ({self.low:.3f}-{self.high:.3f})"


@dataclasses.dataclass
class Comparison:
    """A variant against a reference under one load."""

    load: str
    reference: str
    variant: str
    bound: object
    pairs: list = dataclasses.field(default_factory=list)
    voided: list = dataclasses.field(default_factory=list)  # reasons of samples that were repeated
    ratio: object = None
    verdict: str = "void"

    def judge(self):
        if self.pairs:
            self.ratio = Ratio([variant.cpu_us / reference.cpu_us for reference, variant in self.pairs])
            self.verdict = self.ratio.verdict(self.bound)


def compare(comparison, sample_reference, sample_variant, pairs, repeats, strict=True):
    """Takes `pairs` pairs of samples in the order A B B A A B ..., which slow changes of the machine do not favour, and
    again as often as `repeats` says while the interval is too wide. A void sample is taken again, within bounds; when
    there are too many the comparison stays void, as far as it is strict."""
    attempts = 2 * pairs

    def take(sample):
        nonlocal attempts
        while True:
            taken = sample()
            if not taken.void or not strict:
                return taken
            comparison.voided.append(taken.void)
            attempts -= 1
            if attempts <= 0:
                return None

    for _ in range(1 + repeats):
        for _ in range(pairs):
            order = (sample_reference, sample_variant)
            if len(comparison.pairs) % 2:
                order = order[::-1]
            taken = [take(sample) for sample in order]
            if None in taken:
                comparison.pairs = []
                return comparison
            comparison.pairs.append(tuple(taken if order[0] is sample_reference else taken[::-1]))
        comparison.judge()
        if comparison.ratio.decided:
            break
    return comparison
