"""What was measured, as rows with targets, as one table, and as JSON."""

from __future__ import annotations

import statistics
from dataclasses import asdict, dataclass, field

MIB = 2**20
MEMORY_LIMIT = 300 * MIB


@dataclass
class Comparison:
    """One number beside a target: ours over theirs when there is a peer, else ours itself."""

    against: str
    theirs: float | None
    ratio: float | None
    target: str = ""
    met: bool | None = None
    missing: str = ""


@dataclass
class Row:
    """A path, what it took (the median of the samples), and what stands beside it."""

    name: str
    unit: str = "s"
    samples: list[float] = field(default_factory=list)
    memory: int | None = None
    facts: dict = field(default_factory=dict)
    comparisons: list[Comparison] = field(default_factory=list)
    note: str = ""

    @property
    def value(self) -> float | None:
        return statistics.median(self.samples) if self.samples else None

    def beside(self, peer: str, samples: list[float], *, at_most: float | None = None, at_least: float | None = None) -> None:
        """Sets our median against a peer's; without samples the peer is missing."""
        if not samples or self.value is None:
            target = f"≤ {at_most:g}" if at_most is not None else f"≥ {at_least:g}" if at_least is not None else ""
            self.comparisons.append(Comparison(peer, None, None, target, missing="missing"))
            return
        theirs = statistics.median(samples)
        self.judge(peer, self.value / theirs, at_most=at_most, at_least=at_least, theirs=theirs)

    def judge(
        self, what: str, ratio: float, *, at_most: float | None = None, at_least: float | None = None, theirs: float | None = None
    ) -> None:
        target, met = "", None
        if at_most is not None:
            target, met = f"≤ {at_most:g}", ratio <= at_most
        if at_least is not None:
            target, met = f"≥ {at_least:g}", ratio >= at_least
        self.comparisons.append(Comparison(what, theirs, ratio, target, met))

    def used(self, memory: int) -> None:
        self.memory = max(self.memory or 0, memory)

    def machine_readable(self) -> dict:
        return {**asdict(self), "value": self.value}


def judge_memory(rows: list[Row]) -> None:
    for row in rows:
        if row.memory is not None:
            row.judge("300 MiB of memory", row.memory / MEMORY_LIMIT, at_most=1)


def changes(rows: list[Row], before: list[dict]) -> str:
    """Each path beside what another build took for it. More is worse but for rates."""
    known = {row["name"]: row for row in before}
    lines = []
    for row in rows:
        old = known.get(row.name, {}).get("value")
        if row.value is None or not old:
            lines.append(f"{row.name}: nothing to compare with")
            continue
        slower = row.value / old - 1 if not row.unit.endswith("/s") else old / row.value - 1
        lines.append(f"{row.name}: {number(old)} before, {number(row.value)} now, {abs(slower):.1%} {'slower' if slower > 0 else 'faster'}")
    return "\n" + "\n".join(lines)


def number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:.0f}" if value >= 1000 else f"{value:.1f}" if value >= 100 else f"{value:.2f}" if value >= 0.1 else f"{value:.4f}"


def table(rows: list[Row], machine: dict, sizes: dict) -> str:
    lines = [("path", "measured", "beside", "theirs", "ratio", "target", "met", "memory")]
    for row in rows:
        measured = f"{number(row.value)} {row.unit}" if row.value is not None else row.note
        memory = f"{row.memory / MIB:.0f} MiB" if row.memory else ""
        shown = [
            (one.against, number(one.theirs) or one.missing, number(one.ratio), one.target, {True: "yes", False: "NO", None: ""}[one.met])
            for one in row.comparisons
        ] or [("", "", "", "", "")]
        for position, cells in enumerate(shown):
            lines.append((row.name, measured, *cells, memory) if position == 0 else ("", "", *cells, ""))
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    text = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines]
    text.insert(1, "-" * len(text[0]))
    text += ["", *(f"{row.name}: {row.note}" for row in rows if row.note and row.samples), *footer(machine, sizes)]
    return "\n".join(text)


def footer(machine: dict, sizes: dict) -> list[str]:
    return [
        f"disk: {sizes['bytes'] / MIB:.0f} MiB, {sizes['allocated'] / MIB:.0f} MiB written; rounds: {sizes['rounds']}; "
        f"page cache: {machine['pageCache']} unless a row says otherwise; everything timed ends with a sync",
        f"machine: {machine['processor']}, {machine['cores']} cores, {machine['memory'] / 2**30:.0f} GiB, {machine['fileSystem']}, "
        f"Linux {machine['kernel']}, load {machine['load']:.1f} at the start",
    ]
