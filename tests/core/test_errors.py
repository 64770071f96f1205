"""The tree of errors: one code each, an exit code, a one-line sentence made from facts, and a JSON form."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Callable, Iterator

import pytest

from ktrdr_app.core import errors
from ktrdr_app.core.errors import (
    BadInput,
    BodyTooLarge,
    BrokenOff,
    BundleRejected,
    Cancelled,
    ClusterProblem,
    DataNotFound,
    DataProblem,
    EmptyData,
    EnvironmentProblem,
    FileMissing,
    ForeignRequest,
    InvalidValue,
    KtrdrError,
    LockHeld,
    MalformedBars,
    ModelNotFound,
    ModelRejected,
    NoRate,
    NotFinished,
    NotFinite,
    NothingInTrash,
    OneClass,
    OperationNotFound,
    Problem,
    QueueFull,
    Repaints,
    ResultMissing,
    RunNotFound,
    SeriesExists,
    ServiceProblem,
    SignalsMismatch,
    StorageProblem,
    StrategyChanged,
    StrategyExists,
    StrategyNotFound,
    StrategyProblem,
    TokenWanted,
    TooFewRows,
    TrainingFailed,
    UnknownName,
    UnsafeName,
    WorkerDied,
    WorkspaceBusy,
    WorkspaceReadOnly,
)
from ktrdr_app.core.words import MOST_SHOWN
from ktrdr_app.data.importing.findings import ImportQuestions, Question

EXIT_CODES = {1, 2, 3, 4, 130}
FAULT = Problem("network.dropout", 57, 3, "is 0.95", "below 0.9")

SAMPLES: list[tuple[KtrdrError, str, int, str, str, str]] = [
    (KtrdrError("it broke", hint="mend it", where="here"), "error", 1, "it broke", "mend it", "here"),
    (BadInput("no file", hint="name one"), "bad_input", 2, "no file", "name one", ""),
    (InvalidValue("epochs", 0, "1 or more"), "invalid_value", 2, "epochs is 0", "give 1 or more", "epochs"),
    (
        InvalidValue("seed", "x", "a number", where="--seed"),
        *("invalid_value", 2, "seed is 'x'", "give a number", "--seed"),
    ),
    (
        UnknownName("indicator", "rsj", ["sma", "rsi"]),
        *("unknown_name", 2, "there is no indicator named 'rsj'", "did you mean 'rsi'?", "indicator"),
    ),
    (
        UnknownName("panel", "zzz", ["b", "a"], where="--panel"),
        *("unknown_name", 2, "there is no panel named 'zzz'", "known: a, b", "--panel"),
    ),
    (UnknownName("panel", "a", []), "unknown_name", 2, "there is no panel named 'a'", "known: none", "panel"),
    (
        Repaints("zigzag_line", where="turns"),
        *("repaints", 2, "zigzag_line is for charts only: bars to come change its past values"),
        *("use one that gives at each bar what was known then; `ktrdr-app indicators list` names them", "turns"),
    ),
    (
        UnsafeName("symbol", "../x"),
        *("unsafe_name", 2, "'../x' cannot be the name of a symbol"),
        *("use letters, digits, and . _ - inside; begin with a letter or digit", "symbol"),
    ),
    (DataProblem("odd"), "data_problem", 2, "odd", "", ""),
    (
        DataNotFound("APPL", "1d", "data/APPL_1d.csv", ["AAPL", "IBM"]),
        *("data_not_found", 3, "no bars for APPL 1d"),
        *("did you mean AAPL? 1d bars are there for: AAPL, IBM", "data/APPL_1d.csv"),
    ),
    (
        DataNotFound("X", "1h", "X_1h.csv", []),
        *("data_not_found", 3, "no bars for X 1h", "no 1h bars yet", "X_1h.csv"),
    ),
    (
        FileMissing("s.csv", "signals"),
        *("file_missing", 3, "there is no file s.csv", "give the path of signals", "s.csv"),
    ),
    (
        RunNotFound("old", ["a", "b"]),
        *("run_not_found", 3, "there is no interrupted training old", "resume one of a, b", "--resume"),
    ),
    (
        RunNotFound("old", ["a", "b"], "sweep"),
        *("run_not_found", 3, "there is no sweep old", "resume one of a, b", "--resume"),
    ),
    (
        EmptyData("x.csv"),
        *("empty_data", 2, "there is not one bar in it", "put bars into the file, or import it again", "x.csv"),
    ),
    (MalformedBars("x.csv:3", "0", "above 0"), "malformed_bars", 2, "found 0", "expected above 0", "x.csv:3"),
    (
        TooFewRows("test", 3, 50, "SMA 20"),
        *("too_few_rows", 2, "test has 3 usable rows, 50 are needed (SMA 20)"),
        *("take a longer date range, a shorter indicator period, or leave the symbol out", "test"),
    ),
    (
        SeriesExists("AAPL", "1d", "data/AAPL_1d.csv"),
        *("series_exists", 2, "there is a series AAPL 1d again"),
        *("delete or rename the one that is there first; nothing was changed", "data/AAPL_1d.csv"),
    ),
    (
        NothingInTrash("AAPL 1d", ["IBM 1d"], ".trash"),
        *("nothing_in_trash", 3, "AAPL 1d is not in the trash", "the trash holds: IBM 1d", ".trash"),
    ),
    (
        NothingInTrash("AAPL 1d", [], ".trash"),
        *("nothing_in_trash", 3, "AAPL 1d is not in the trash", "the trash is empty", ".trash"),
    ),
    (
        NotFinite("rsi_low", "IBM", 3, 500, "2020-01-02T00:00:00+00:00"),
        *("not_finite", 2),
        "features: feature rsi_low of IBM is not finite in 3 of 500 rows, first at 2020-01-02T00:00:00+00:00",
        *("look at its indicator and at these bars, or leave the symbol out", "features"),
    ),
    (
        OneClass("EURUSD", "HOLD", 4200),
        *("one_class", 2, "labels: all 4200 training rows of EURUSD are HOLD"),
        *("take a smaller threshold, or one in ATR, or leave the symbol out", "labels"),
    ),
    (SignalsMismatch("s.csv:2", "SEL", "SELL"), "signals_mismatch", 2, "found SEL", "expected SELL", "s.csv:2"),
    (
        StrategyProblem("s.yaml", [FAULT]),
        *("strategy_problem", 2, "network.dropout: is 0.95", "below 0.9", "s.yaml:57:3"),
    ),
    (
        StrategyChanged("s.yaml"),
        *("strategy_changed", 2, "the file was changed on disk since it was opened"),
        *("load its new text, or save over it", "s.yaml"),
    ),
    (
        StrategyExists("mine"),
        *("strategy_exists", 2, "there is a strategy 'mine' already", "take another name", "mine"),
    ),
    (
        StrategyNotFound("trend_momentun", ["trend_momentum"]),
        *("strategy_not_found", 3, "strategy: no strategy 'trend_momentun'"),
        *("did you mean 'trend_momentum'? known strategies: trend_momentum", "trend_momentun"),
    ),
    (
        ModelNotFound("s 1h", ["universal", "any"], ["s/b_v1"], where="models"),
        *("model_not_found", 3, "no model for s 1h; looked for universal, any", "there is: s/b_v1", "models"),
    ),
    (
        ModelNotFound("s 1h", ["universal"], []),
        *("model_not_found", 3, "no model for s 1h; looked for universal", "there is no model yet; train one", ""),
    ),
    (
        ModelRejected("m", "a file is gone"),
        *("model_rejected", 4, "the model is not usable: a file is gone"),
        *("train again, or choose another version", "m"),
    ),
    (
        BundleRejected("b.zip", "bars.csv was changed"),
        *("bundle_rejected", 4, "the run bundle is not usable: bars.csv was changed"),
        *("ask for the file again; nothing of it was kept", "b.zip"),
    ),
    (TrainingFailed("train", "NaN", "lower it"), "training_failed", 2, "train: NaN", "lower it", "train"),
    (
        StorageProblem("x", "No space left on device"),
        *("storage_problem", 2, "cannot use the file: No space left on device"),
        *("check free space and permissions", "x"),
    ),
    (
        WorkspaceReadOnly("data/A_1d.csv"),
        *("workspace_read_only", 2, "cannot use the file: its workspace is open read-only here"),
        "write from the window that holds the workspace, or close that one and open this one again",
        "data/A_1d.csv",
    ),
    (
        WorkspaceBusy("/w", "process 7 on desk", stale=False),
        *("workspace_busy", 2, "the workspace is open in another window: process 7 on desk"),
        *("look at it read-only, open another workspace, or close that window", "/w"),
    ),
    (
        EnvironmentProblem("Qt", "6.11.0", "pip install it"),
        *("environment_problem", 2, "Qt: 6.11.0", "pip install it", "Qt"),
    ),
    (
        ClusterProblem("tcp://host:1", "no scheduler answers there", "start one"),
        *("cluster_problem", 2, "tcp://host:1: no scheduler answers there", "start one", "tcp://host:1"),
    ),
    (
        WorkerDied("Train quick", 3),
        *("worker_died", 1, "the process that worked on it ended by itself, with exit code 3"),
        *("start it again; if the system ended it for want of memory, give it fewer symbols or bars", "Train quick"),
    ),
    (
        WorkerDied("Train quick", -15),
        *("worker_died", 1, "the process that worked on it ended by itself, with signal SIGTERM"),
        *("start it again; if the system ended it for want of memory, give it fewer symbols or bars", "Train quick"),
    ),
    (Cancelled(), "cancelled", 130, "the task was stopped", "start it again when you like", ""),
    (Cancelled("the demo"), "cancelled", 130, "the demo was stopped", "start it again when you like", ""),
    (
        ImportQuestions("x.csv", [Question("zone", "Which time zone?", ("UTC", "Europe/Berlin"), "--timezone")]),
        "import_questions",
        2,
        "the file does not tell everything: Which time zone?",
        "answer with --timezone (UTC, Europe/Berlin)",
        "x.csv",
    ),
    (ServiceProblem("odd"), "service_problem", 2, "odd", "", ""),
    (
        OperationNotFound("ab12", "training"),
        *("operation_not_found", 3, "there is no training 'ab12'"),
        *("GET /api/v1/operations lists them", "operation"),
    ),
    (
        NotFinished("ab12", "running"),
        *("not_finished", 2, "it has no result yet, it is running"),
        *("follow GET /api/v1/operations/ab12/events, or ask again", "ab12"),
    ),
    (
        ResultMissing("ab12", "failed", "no bars"),
        *("result_missing", 2, "it has no result, it is failed: no bars"),
        *("GET /api/v1/operations/ab12 tells more", "ab12"),
    ),
    (
        BrokenOff("ab12"),
        *("broken_off", 2, "the server ended before it was done"),
        *("start it again; a training whose notes name a checkpoint goes on from there with resume", "ab12"),
    ),
    (
        QueueFull(100),
        *("queue_full", 2, "100 operations wait already"),
        *("wait until some are done, or cancel some: DELETE /api/v1/operations/ID", "operations"),
    ),
    (
        TokenWanted(),
        *("token_wanted", 2, "this server demands a token"),
        *("send the header `Authorization: Bearer TOKEN`; the server told it when it started", "Authorization"),
    ),
    (
        ForeignRequest("Host", "evil.example"),
        *("foreign_request", 2, "Host is 'evil.example', which is not this server"),
        *("call it by the address that it told when it started", "Host"),
    ),
    (
        NoRate("JPY", 1_700_000_000_000_000_000),
        *("no_rate", 3, "no rate of JPY is known at 2023-11-14 22:13 UTC"),
        "import earlier bars of a pair of that currency and the account currency, or start the backtest later",
        "JPY",
    ),
    (
        LockHeld("/w/runs/.lock"),
        *("lock_held", 2, "cannot use the file: another process holds it and does not let go"),
        *("wait until another process has ended, or end it", "/w/runs/.lock"),
    ),
    (BodyTooLarge(1024), "body_too_large", 2, "the body has more than 1024 bytes", "send less", "body"),
]
IDS = [type(sample[0]).__name__ for sample in SAMPLES]


def tree(base: type[KtrdrError] = KtrdrError) -> Iterator[type[KtrdrError]]:
    """Yield every class of the tree that our package defines."""
    yield base
    for child in base.__subclasses__():
        if child.__module__.startswith("ktrdr_app."):
            yield from tree(child)


@pytest.mark.parametrize(("error", "code", "status", "message", "hint", "where"), SAMPLES, ids=IDS)
def test_each_error_words_its_facts(
    error: KtrdrError, code: str, status: int, message: str, hint: str, where: str
) -> None:
    assert error.to_dict() == {"code": code, "message": message, "hint": hint, "where": where}
    assert error.exit_code == status
    assert str(error) == message


@pytest.mark.parametrize("error", [sample[0] for sample in SAMPLES], ids=IDS)
def test_each_error_is_one_line_and_json(error: KtrdrError) -> None:
    document = error.to_dict()
    assert list(document) == ["code", "message", "hint", "where"]
    assert json.loads(json.dumps(document)) == document
    assert not any("\n" in text for text in document.values())


@pytest.mark.parametrize("error", [sample[0] for sample in SAMPLES], ids=IDS)
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_each_error_passes_from_one_process_to_another(error: KtrdrError, protocol: int) -> None:
    again = pickle.loads(pickle.dumps(error, protocol))
    assert type(again) is type(error)
    assert (str(again), vars(again)) == (str(error), vars(error))
    assert copy.copy(error).to_dict() == error.to_dict()


def test_the_samples_cover_the_whole_tree() -> None:
    assert {type(sample[0]) for sample in SAMPLES} == set(tree())


def test_codes_are_unique_and_exit_codes_are_those_that_are_documented() -> None:
    classes = list(tree())
    codes = [error.code for error in classes]
    assert len(codes) == len(set(codes))
    assert {error.exit_code for error in classes} <= EXIT_CODES
    assert all(code.replace("_", "").isalpha() and code.islower() for code in codes)


def test_each_class_gives_its_own_code() -> None:
    assert all("code" in vars(error) for error in tree())


@pytest.mark.parametrize(
    ("child", "parent"),
    [
        (InvalidValue, BadInput),
        (UnknownName, BadInput),
        (Repaints, BadInput),
        (UnsafeName, BadInput),
        (DataNotFound, DataProblem),
        (FileMissing, DataProblem),
        (RunNotFound, DataProblem),
        (SignalsMismatch, DataProblem),
        (StrategyNotFound, StrategyProblem),
        (EnvironmentProblem, KtrdrError),
        (ClusterProblem, EnvironmentProblem),
        (WorkerDied, KtrdrError),
        (Cancelled, KtrdrError),
    ],
)
def test_the_tree_is_the_one_in_the_header(child: type[KtrdrError], parent: type[KtrdrError]) -> None:
    assert child.__bases__ == (parent,)
    assert child.__name__ in (errors.__doc__ or "")


def test_no_name_of_the_tree_hides_one_of_pythons() -> None:
    import builtins

    assert not [error.__name__ for error in tree() if hasattr(builtins, error.__name__)]


def test_many_problems_are_counted_and_kept() -> None:
    second = Problem("training.epochs", 60, 3, "is 0", "1 or more", "")
    error = StrategyProblem("s.yaml", [FAULT, second, second])
    assert error.message == "network.dropout: is 0.95 (and 2 more)"
    assert error.problems == (FAULT, second, second)


@pytest.mark.parametrize(
    ("problem", "text"),
    [
        (FAULT, "line 57, column 3: network.dropout: is 0.95; below 0.9"),
        (Problem("a.b", 0, 0, "is 1", "2"), "a.b: is 1; 2"),
        (Problem("a", 2, 1, "is 'x'", "y", "xy"), "line 2, column 1: a: is 'x'; y (did you mean 'xy'?)"),
    ],
)
def test_a_problem_reads_as_a_sentence(problem: Problem, text: str) -> None:
    assert str(problem) == text


def test_a_problem_without_a_line_names_the_file_alone() -> None:
    assert StrategyProblem("config.json", [Problem("name", 0, 0, "is missing", "add it")]).where == "config.json"


def test_a_model_that_is_not_there_tells_what_was_tried() -> None:
    error = ModelNotFound("s", ["a", "b"], ["c"])
    assert (error.looked_for, error.present) == (("a", "b"), ("c",))


def test_a_suggested_symbol_is_one_that_exists() -> None:
    hint = DataNotFound("brkb", "1d", "x", ["Brk.b", "IBM"]).hint
    assert hint == "did you mean Brk.b? 1d bars are there for: Brk.b, IBM"


@pytest.mark.parametrize(
    "error",
    [
        lambda long: InvalidValue("end", long, "a date"),
        lambda long: InvalidValue("weights", {long: 1.0}, "others"),
        lambda long: UnknownName("sizing", long, ["all_in"]),
        lambda long: UnsafeName("strategy", long),
        lambda long: ForeignRequest("Origin", long),
        lambda long: OperationNotFound(long, "training"),
    ],
)
def test_a_value_of_any_length_makes_a_sentence(error: Callable[[str], KtrdrError]) -> None:
    message = error("x" * 10**6).message
    assert "xxx..." in message
    assert len(message) < MOST_SHOWN + 60
