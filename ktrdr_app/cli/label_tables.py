"""What ``labels`` shows for people: classes, runs, what trivial rules reach, and what is doubtful."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ktrdr_app.cli.render import Part, words_table
from ktrdr_app.workflows.wording import number, percent

if TYPE_CHECKING:
    from ktrdr_app.labels.report import LabelReport
    from ktrdr_app.workflows.requests import LabelsResult


def label_list(result: LabelsResult, caption: str) -> list[Part]:
    """Return classes, rules and notes.

    Parameters
    ----------
    result : LabelsResult
        The labels.
    caption : str
        What it shows.
    """
    report = result.report
    hindsight = " (HINDSIGHT)" if report.method.hindsight else ""
    named = f"{caption}, {report.method.name}{hindsight}: {report.method.summary}"
    return [_classes(report, named), _facts(report), _rules(report), *report.notes]


def _classes(report: LabelReport, caption: str) -> Part:
    figures = report.pooled
    rows = [(name, f"{count:,}", percent(figures.balance[name])) for name, count in figures.counts.items()]
    rows.append(("no label", f"{figures.bars - figures.labelled:,}", ""))
    return words_table(caption, ("Class", "Bars", "Share"), rows, figures=2)


def _facts(report: LabelReport) -> Part:
    figures = report.pooled
    runs = figures.runs
    rows = [
        ("runs of one label", f"{runs.count:,}"),
        ("bars in a run, mean", number(runs.mean, 1)),
        ("bars in a run, median", number(runs.median, 1)),
        ("bars in a run, longest", f"{runs.longest:,}"),
        ("bars until a label is known, median", number(figures.bars_to_end, 1)),
        ("average uniqueness", number(figures.uniqueness, 3)),
    ]
    rows += [(f"mean return of {name}", percent(figures.returns[name], 2, signed=True)) for name in figures.returns]
    return words_table("Labels as samples", ("Figure", "Value"), rows, figures=1)


def _rules(report: LabelReport) -> Part:
    rows = [
        (report.rules[name], percent(tally.hit_rate), *map(percent, tally.next_hit_rates.values()))
        for name, tally in report.pooled.rules.items()
    ]
    heads = ("Rule", "Labels", *(f"Next {bars}" for bars in report.horizons))
    caption = "How often trivial rules name the label, and the sign of the return over the next bars"
    return words_table(caption, heads, rows, figures=len(heads) - 1)
