"""A certificate in plain words: the verdict, why, and what it means."""

from __future__ import annotations

from ktrdr_app.training.certificate import Certificate, GroupRetention
from ktrdr_app.training.retention import FLOOR, PASS, REQUIRED, Bounded, Retention
from ktrdr_app.workflows.certify_money import AfterCosts
from ktrdr_app.workflows.wording import number, percent, within

_REQUIRED = percent(REQUIRED, 0)
_WORSE = f"worse than knowing the class shares by more than {percent(-FLOOR, 0)}"


def sentences_of(certificate: Certificate, money: AfterCosts) -> tuple[str, ...]:
    """Return the verdict with its reasons, what trading would have earned, then what is said of each group.

    Parameters
    ----------
    certificate : Certificate
        What was found.
    money : AfterCosts
        What trading would have earned; the verdict does not depend on it.
    """
    return (*_verdict(certificate), _money(money), *(_group(entry) for entry in certificate.groups))


def _money(money: AfterCosts) -> str:
    if money.seen is None or money.unseen is None or money.difference is None:
        never = "seen" if money.seen is None else "unseen"
        return f"After costs there is nothing to compare: no {never} symbol is ever traded."
    found = (
        f"After costs, trading all symbols in equal parts has a Sharpe ratio of {number(money.seen.value)} by the "
        f"model of all, and of {number(money.unseen.value)} by models that never saw the symbol: a difference of "
        f"{number(money.difference.value)}{within((money.difference.low, money.difference.high))}"
    )
    chance = money.difference.low <= 0 <= money.difference.high
    return f"{found}, which chance alone may explain." if chance else f"{found}."


def _verdict(certificate: Certificate) -> list[str]:
    found = certificate.overall
    skill = f"on test bars the model of all symbols has a skill of {_skill(found.skill)}"
    if found.retention is None:
        nothing = f"There is nothing that could carry over to other symbols, so whether {_REQUIRED} of it does is open."
        return [f"No skill to generalise: {skill}, which chance alone may explain.", nothing]
    kept = f"{skill}; judged on symbols they never saw, models keep {_share(found.retention)} of it"
    if found.verdict == PASS:
        harmless = f"on no symbol is a model that never saw it {_WORSE}"
        return [f"Pass: {kept}.", f"At least {_REQUIRED} is kept, and {harmless}."]
    return [f"Fail: {kept}.", *_reasons(certificate)]


def _reasons(certificate: Certificate) -> list[str]:
    found, said = certificate.overall, []
    if found.retention is not None and found.short:
        name = found.costliest
        seen, unseen = certificate.symbols[name].skill.value, found.unseen[name].value
        bound = f"The lower bound of what is kept, {percent(found.retention.low, 0)}, is below {_REQUIRED}"
        most = f"most is lost on {name}, where the skill is {_signed(seen)} if it took part, {_signed(unseen)} if not"
        said.append(f"{bound}; {most}.")
    if found.below_floor:
        said.append(f"On {_listed(found)} a model that never saw it is {_WORSE}.")
    return said


def _group(entry: GroupRetention) -> str:
    group, found = entry.group, entry.retention
    who = f"Without {group.kind} {group.name} ({', '.join(group.symbols)})"
    if found is None:
        left = "no symbol" if entry.remaining == 0 else "only one symbol"
        return f"{who}: not evaluable, as {left} would be left to learn from."
    if found.retention is None:
        return f"{who}: {found.verdict}; on these the model of all symbols has a skill of {_skill(found.skill)}."
    harm = f"; below {percent(FLOOR, 0)} on {_listed(found)}" if found.below_floor else ""
    return f"{who}: {found.verdict}; of the skill on these, {_share(found.retention)} is kept{harm}."


def _listed(found: Retention) -> str:
    return ", ".join(f"{name} ({_signed(found.unseen[name].value)})" for name in found.below_floor)


def _share(figure: Bounded) -> str:
    return percent(figure.value, 0) + within((figure.low, figure.high), lambda value: percent(value, 0))


def _skill(figure: Bounded) -> str:
    return _signed(figure.value) + within((figure.low, figure.high), _signed)


def _signed(value: float) -> str:
    return percent(value, 2, signed=True)
