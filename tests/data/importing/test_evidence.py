"""Every setting comes with how it is known; what cannot be overruled says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from ktrdr_app.data.importing.evidence import Evidence
from ktrdr_app.data.importing.options import ImportOptions
from ktrdr_app.data.importing.preview import look_at_file
from tests.data.importing.vendors import VENDORS, series
from tests.shared_data import shared_path


def settings(path: Path, **said: object) -> dict[str, Evidence]:
    seen = look_at_file(path, ImportOptions(**said), path.parent / "nowhere")  # type: ignore[arg-type]
    return dict(seen.settings)


@pytest.fixture
def mt4(tmp_path: Path) -> Path:
    path = tmp_path / "EURUSD60.csv"
    path.write_text(VENDORS["metatrader 4"].text(series(60)))
    return path


def test_names_come_from_the_file_or_from_the_user(mt4: Path) -> None:
    assert settings(mt4)["symbol"] == Evidence("EURUSD", "told", "its name says so")
    assert settings(mt4, symbol="ABC")["symbol"] == Evidence("ABC", "given", "you gave it")


def test_the_bar_length_tells_the_share_of_its_steps(tmp_path: Path) -> None:
    bars = series(100).drop(index=series(100).index[[10, 20, 30]])
    path = tmp_path / "XYZ_1h.csv"
    path.write_text(VENDORS["tradingview, iso"].text(bars))
    words = settings(path, timezone="UTC")["timeframe"].words
    assert words.startswith("97% of the steps")
    assert words.endswith("the file's name agrees")


def test_an_open_clock_is_open_and_an_answer_counts_as_given(mt4: Path) -> None:
    assert settings(mt4)["timezone"].sure == "open"
    answered = settings(mt4, timezone="Europe/Athens")["timezone"]
    assert (answered.value, answered.sure, answered.fixed) == ("Europe/Athens", "given", False)


@pytest.mark.parametrize("vendor", ["yahoo", "binance in milliseconds"])
def test_a_clock_that_the_stamps_settle_cannot_be_overruled(tmp_path: Path, vendor: str) -> None:
    path = tmp_path / "BTCUSDT_1d.csv"
    path.write_text(VENDORS[vendor].text(series(60, "1D")))
    known = settings(path, timezone="Asia/Tokyo")["timezone"]
    assert known.fixed
    assert known.sure == "told"


def test_the_order_of_a_date_is_shown_only_where_there_is_one(tmp_path: Path) -> None:
    path = tmp_path / "XYZ_1d.csv"
    rows = [f"{day:02d}/02/2018,10,11,9,10,5" for day in range(1, 28)]
    path.write_text("Date,Open,High,Low,Close,Volume\n" + "\n".join(rows) + "\n")
    assert settings(path)["date_order"].value == "dmy"
    assert not settings(path)["date_order"].fixed
    path.write_text(VENDORS["yahoo"].text(series(60, "1D")))
    assert settings(path)["date_order"] == Evidence("ymd", "told", "the year stands first", fixed=True)


def test_numbers_and_columns_say_how_they_were_read(tmp_path: Path, mt4: Path) -> None:
    path = tmp_path / "XYZ_1d.csv"
    rows = [f'2018-02-{day:02d},"1,010.5","1,011.5","1,009.5","1,010.5",5' for day in range(1, 28)]
    path.write_text("Date,Open,High,Low,Close,Volume\n" + "\n".join(rows) + "\n")
    known = settings(path)
    assert known["decimal"].value == "."
    assert "',' between thousands" in known["decimal"].words
    assert known["columns"].words == "its headings name them"
    assert settings(mt4)["columns"].sure == "inferred"
    assert settings(path, columns={"close": "2"})["columns"] == Evidence("", "given", "you chose close")


def test_while_the_rows_are_hidden_only_names_and_answers_are_known(tmp_path: Path) -> None:
    path = tmp_path / "XAUUSD_1h.csv"
    path.write_text("\n".join(f"2020-01-01 {hour:02d}:00,10,10,10,10,5" for hour in range(24)))
    known = settings(path, timezone="UTC")
    assert (known["symbol"].value, known["timeframe"].value) == ("XAUUSD", "1h")
    assert known["timezone"] == Evidence("UTC", "given", "you gave it")
    assert {known[key].sure for key in ("asset_class", "date_order", "decimal", "columns")} == {"open"}


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("r05_cdd_preface_ampm_desc.csv", "crypto"),
        ("r11_mixed_offsets_over_dst.csv", "stock"),
        ("m04_dd_mm_yyyy.csv", "forex"),
    ],
)
def test_the_asset_class_tells_the_hours_it_is_inferred_from(name: str, expected: str) -> None:
    known = settings(shared_path("data/dirty") / name)["asset_class"]
    assert known.value == expected
    assert "on a weekend" in known.words
