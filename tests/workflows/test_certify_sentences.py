"""A certificate in words: each verdict, each reason, each group, held against the figures it was made of."""

from __future__ import annotations

from ktrdr_app.training.certificate import Certificate, Group, GroupRetention, SymbolFigures
from ktrdr_app.training.retention import FAIL, NO_SKILL, PASS, Bounded, Retention
from ktrdr_app.workflows.certify_money import AfterCosts
from ktrdr_app.workflows.certify_sentences import sentences_of

NAMES = ("A", "B")
NO_TRADE = AfterCosts(None, None, None, {})
KEPT, SKILL = Bounded(0.95, 0.85, 1.05), Bounded(0.0412, 0.0234, 0.0578)


def retention(
    verdict: str = PASS,
    kept: Bounded | None = KEPT,
    unseen: tuple[float, float] = (0.04, 0.03),
    skill: Bounded = SKILL,
) -> Retention:
    """Return what is left of the skill on A and B."""
    alone = {name: Bounded(value, value - 0.01, value + 0.01) for name, value in zip(NAMES, unseen, strict=True)}
    return Retention(NAMES, verdict, skill, Bounded(0.039, 0.02, 0.05), kept, alone, "B")


def sentences(found: Retention, *groups: GroupRetention, money: AfterCosts = NO_TRADE) -> tuple[str, ...]:
    """Return all sentences of a certificate of two symbols."""
    seen = {name: SymbolFigures(100, 40.0, Bounded(value, 0, 1)) for name, value in (("A", 0.05), ("B", 0.0321))}
    return sentences_of(Certificate(seen, found, groups, (), 4.0, 100), money)


def told(found: Retention, *groups: GroupRetention) -> tuple[str, ...]:
    """Return the sentences but for the one on money."""
    return tuple(sentence for sentence in sentences(found, *groups) if not sentence.startswith("After costs"))


def test_money_is_told_as_a_difference_with_its_doubt() -> None:
    sharpes = Bounded(1.2345, 0.1, 2.0), Bounded(0.9, -0.2, 1.8)
    doubtful, sure = Bounded(-0.3345, -0.8, 0.1), Bounded(-0.3345, -0.8, -0.01)
    said = [sentences(retention(), money=AfterCosts(*sharpes, gap, {}))[2] for gap in (doubtful, sure)]
    assert said[0] == (
        "After costs, trading all symbols in equal parts has a Sharpe ratio of 1.23 by the model of all, and of 0.90 "
        "by models that never saw the symbol: a difference of -0.33 (90 % interval -0.80 to 0.10), which chance alone "
        "may explain."
    )
    assert said[1].endswith("(90 % interval -0.80 to -0.01).")
    assert sentences(retention())[2] == "After costs there is nothing to compare: no seen symbol is ever traded."
    half = AfterCosts(sharpes[0], None, None, {})
    assert "no unseen symbol is ever traded" in sentences(retention(), money=half)[2]


def test_a_pass_says_what_is_kept_and_what_was_demanded() -> None:
    first, second = told(retention())
    assert first == (
        "Pass: on test bars the model of all symbols has a skill of +4.12 % (90 % interval +2.34 % to +5.78 %); "
        "judged on symbols they never saw, models keep 95 % (90 % interval 85 % to 105 %) of it."
    )
    assert "At least 80 % is kept" in second
    assert "by more than 1 %" in second


def test_a_low_bound_is_named_with_the_symbol_that_costs_most() -> None:
    first, second = told(retention(FAIL, Bounded(0.84, 0.6123, 1.1), (0.05, 0.0011)))
    assert first.startswith("Fail: ")
    assert "The lower bound of what is kept, 61 %, is below 80 %" in second
    assert "lost on B, where the skill is +3.21 % if it took part, +0.11 % if not" in second


def test_harm_is_named_the_worst_symbol_first() -> None:
    first, second = told(retention(FAIL, KEPT, (-0.0234, -8.9)))
    assert first.startswith("Fail: ")
    assert second == (
        "On B (-890.00 %), A (-2.34 %) a model that never saw it is worse than knowing the class shares by more than "
        "1 %."
    )


def test_both_reasons_may_hold() -> None:
    assert len(told(retention(FAIL, Bounded(0.2, -0.5, 0.9), (0.05, -0.2)))) == 3


def test_no_skill_is_never_a_pass_and_gives_no_share() -> None:
    first, second = told(retention(NO_SKILL, None, skill=Bounded(0.001, -0.002, 0.004)))
    assert first == (
        "No skill to generalise: on test bars the model of all symbols has a skill of +0.10 % (90 % interval -0.20 % "
        "to +0.40 %), which chance alone may explain."
    )
    assert "80 %" in second
    assert "Pass" not in first + second


def test_each_group_gets_one_sentence() -> None:
    group = Group("currency", "EUR", ("A", "B"))
    groups = (
        GroupRetention(group, retention(), 3),
        GroupRetention(group, retention(FAIL, Bounded(0.5, 0.1, 0.9), (0.05, -0.2)), 3),
        GroupRetention(group, retention(NO_SKILL, None), 3),
        GroupRetention(group, None, 1),
        GroupRetention(group, None, 0),
    )
    within = "+4.12 % (90 % interval +2.34 % to +5.78 %)."
    said = [sentence.removeprefix("Without currency EUR (A, B): ") for sentence in told(retention(), *groups)[2:]]
    assert said == [
        "pass; of the skill on these, 95 % (90 % interval 85 % to 105 %) is kept.",
        "fail; of the skill on these, 50 % (90 % interval 10 % to 90 %) is kept; below -1 % on B (-20.00 %).",
        "no skill to generalise; on these the model of all symbols has a skill of " + within,
        "not evaluable, as only one symbol would be left to learn from.",
        "not evaluable, as no symbol would be left to learn from.",
    ]
