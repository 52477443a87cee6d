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
        if bound is None:
            return "reported"
        if not self.decided:
            return "undecided"
        return "passed" if self.middle <= bound else "FAILED"

    def __str__(self):
        return f"{self.middle:.3f} ({self.low:.3f}-{self.high:.3f})"


@dataclasses.dataclass
class Comparison:
    """A variant against a reference under one load."""

    load: str
    reference: str
    variant: str
    bound: object = None
    pairs: list = dataclasses.field(default_factory=list)
    ratio: object = None
    verdict: str = "void"

    def judge(self, pairs):
        self.pairs = pairs
        if pairs:
            self.ratio = Ratio([variant.cpu_us / reference.cpu_us for reference, variant in pairs])
            self.verdict = self.ratio.verdict(self.bound)


class Rounds:
    """Samples of several variants, taken in turns: each round takes one of every variant, there and back (A B C, C B A,
    ...), which slow changes of the machine do not favour. A pair is two samples of one round.

    A void sample is taken again; a variant that has had more void samples than `patience` allows is given up, as far as
    it is strict. A sampler that gives nothing is not asked again."""

    def __init__(self, samplers, patience, strict=True):
        self.samplers = samplers
        self.samples = {name: {} for name in samplers}  # by round
        self.voided = {name: [] for name in samplers}  # reasons of samples that were repeated
        self.patience = patience
        self.strict = strict
        self.silent = set()
        self.count = 0

    def run(self, names, rounds):
        for _ in range(rounds):
            order = [name for name in self.samplers if name in names]
            for name in order if self.count % 2 == 0 else order[::-1]:
                taken = self.take(name)
                if taken:
                    self.samples[name][self.count] = taken
            self.count += 1

    def take(self, name):
        while not self.given_up(name):
            taken = self.samplers[name]()
            if taken is None:
                self.silent.add(name)
            elif not taken.void or not self.strict:
                return taken
            else:
                self.voided[name].append(taken.void)
        return None

    def given_up(self, name):
        return name in self.silent or len(self.voided[name]) > self.patience

    def all_of(self, name):
        return list(self.samples[name].values())

    def judge(self, comparison):
        """The comparison of all pairs so far; void if one of the two was given up."""
        reference, variant = self.samples[comparison.reference], self.samples[comparison.variant]
        given_up = self.given_up(comparison.reference) or self.given_up(comparison.variant)
        comparison.judge([] if given_up else [
            (reference[number], variant[number]) for number in sorted(reference.keys() & variant.keys())])
        return comparison

    def decide(self, comparisons, rounds, repeats):
        """Judges them, and takes what is undecided again, for as many rounds and as often as it may."""
        for repeat in range(1 + repeats):
            for comparison in comparisons:
                self.judge(comparison)
            undecided = [comparison for comparison in comparisons if comparison.verdict == "undecided"]
            if not undecided or repeat == repeats:
                return
            self.run({name for comparison in undecided for name in (comparison.reference, comparison.variant)}, rounds)
