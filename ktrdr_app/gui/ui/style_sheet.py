"""The little that palettes cannot say: spacing, hairlines, focus outlines; colours come from the tokens."""

from __future__ import annotations

from dataclasses import asdict
from string import Template

from ktrdr_app.gui.ui.tokens import Tokens, luminance

_SHEET = Template("""
QToolTip { background: $raised; color: $text; border: 1px solid $border_strong; padding: 4px 8px; }
QFrame[role="card"] { background: $panel; border: 1px solid $border; border-radius: 6px; }
QFrame[role="card"] QLabel, QFrame[role="card"] QCheckBox { background: transparent; }
QLabel[role="title"] { font-size: 15pt; font-weight: 600; color: $text; }
QLabel[role="heading"] { font-weight: 600; color: $text; }
QLabel[role="muted"] { color: $text_muted; }
QLabel[role="drop"] { background: $accent_soft; color: $text; border: 2px dashed $accent; border-radius: 8px;
                      font-size: 15pt; font-weight: 600; }
QLabel[role="figure"] { font-size: 13pt; font-weight: 600; }
QLabel[tone="danger"] { color: $danger; }
QLabel[tone="warning"] { color: $warning; }
QLabel[tone="success"] { color: $success; }
QLabel[tone="info"] { color: $info; }
QLabel[tone="accent"] { color: $accent; }

QPushButton { background: $raised; color: $text; border: 1px solid $border_strong; border-radius: 4px;
              padding: 0 14px; min-height: 28px; }
QPushButton:hover { background: $accent_soft; }
QPushButton:pressed { background: $border; }
QPushButton:focus { border: 2px solid $focus; padding: 0 13px; min-height: 26px; }
QPushButton:disabled { color: $text_disabled; border-color: $border; background: $panel; }
QPushButton[role="primary"] { background: $accent; color: $accent_text; border-color: $accent; font-weight: 600; }
QPushButton[role="primary"]:focus { border: 4px double $accent_text; padding: 0 11px; min-height: 22px; }
QPushButton[role="primary"]:disabled { background: $raised; color: $text_disabled; border-color: $border; }
QPushButton[role="quiet"] { background: transparent; border-color: transparent; color: $info; padding: 0 8px; }
QPushButton[role="quiet"][tone="danger"] { color: $danger; }
QPushButton[role="quiet"][tone="warning"] { color: $warning; }
QPushButton[role="quiet"]:focus { border: 2px solid $focus; padding: 0 7px; }

QLineEdit, QSpinBox, QDoubleSpinBox, QComboBox {
    background: $field; color: $text; border: 1px solid $border_strong; border-radius: 4px;
    padding: 0 8px; min-height: 28px; selection-background-color: $accent; selection-color: $accent_text; }
QLineEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus, QComboBox:focus {
    border: 2px solid $focus; padding: 0 7px; min-height: 26px; }
QLineEdit:disabled, QSpinBox:disabled, QComboBox:disabled { color: $text_disabled; border-color: $border; }
QAbstractSpinBox QLineEdit, QAbstractSpinBox QLineEdit:focus, QComboBox QLineEdit, QComboBox QLineEdit:focus {
    border: none; padding: 0; min-height: 0; background: transparent; }
QSpinBox, QDoubleSpinBox { padding: 0; max-height: 28px; }
QSpinBox:focus, QDoubleSpinBox:focus { padding: 0; max-height: 26px; }
QLineEdit, QPlainTextEdit { placeholder-text-color: $text_muted; }
QListView::indicator, QTreeView::indicator, QTableView::indicator, QCheckBox::indicator {
    width: 14px; height: 14px; border: 1px solid $border_strong; border-radius: 3px; background: $field; }
QListView::indicator:checked, QTreeView::indicator:checked, QTableView::indicator:checked,
QCheckBox::indicator:checked { background: $accent; border-color: $accent; image: url("$check"); }
QCheckBox, QRadioButton { border: 2px solid transparent; border-radius: 4px; padding: 1px 2px; }
QCheckBox:focus, QRadioButton:focus { border-color: $focus; }
QComboBox::drop-down { border: none; width: 24px; }
QComboBox::down-arrow { image: url("$arrow_down"); width: 12px; height: 12px; }
QComboBox QAbstractItemView { background: $field; color: $text; border: 1px solid $border_strong; padding: 2px;
                              selection-background-color: $accent_soft; selection-color: $text; }
QSpinBox::up-button, QSpinBox::down-button, QDoubleSpinBox::up-button, QDoubleSpinBox::down-button {
    border: none; width: 20px; background: transparent; }
QSpinBox::up-arrow, QDoubleSpinBox::up-arrow { image: url("$arrow_up"); width: 10px; height: 10px; }
QSpinBox::down-arrow, QDoubleSpinBox::down-arrow { image: url("$arrow_down"); width: 10px; height: 10px; }

QAbstractItemView { background: $field; alternate-background-color: $raised; color: $text;
                    border: 1px solid $border; border-radius: 4px; gridline-color: $border; outline: 0; }
QAbstractItemView:focus { border: 2px solid $focus; }
QAbstractItemView::item:selected { background: $accent_soft; color: $text; }
QTableView::item, QTreeView::item, QListView::item { padding: 4px 6px; }
QHeaderView { background: $raised; border: none; }
QHeaderView::section { background: $raised; color: $text_muted; border: none; border-bottom: 1px solid $border;
                       padding: 6px 8px; font-weight: 600; }
QTableCornerButton::section { background: $raised; border: none; }
QPlainTextEdit, QTextEdit { background: $field; color: $text; border: 1px solid $border; border-radius: 4px;
                            selection-background-color: $accent; selection-color: $accent_text; }
QPlainTextEdit:focus, QTextEdit:focus { border: 2px solid $focus; }

QProgressBar { background: $raised; border: 1px solid $border; border-radius: 4px; min-height: 14px;
               max-height: 14px; color: $text; text-align: center; }
QProgressBar::chunk { background: $accent; border-radius: 3px; }

QWidget#stationRail { background: $panel; border-right: 1px solid $border; }
QToolButton[role="station"] { background: transparent; color: $text_muted; border: 2px solid transparent;
                              border-radius: 6px; padding: 6px 2px; }
QToolButton[role="station"]:hover { background: $raised; color: $text; }
QToolButton[role="station"]:checked { background: $accent_soft; color: $text; font-weight: 600; }
QToolButton[role="station"]:focus { border-color: $focus; }
QToolButton[role="tool"] { background: transparent; border: 2px solid transparent; border-radius: 4px; padding: 3px; }
QToolButton[role="tool"]:hover { background: $raised; }
QToolButton[role="tool"]:focus { border-color: $focus; }

QTabWidget::pane { border: none; border-top: 1px solid $border; }
QTabBar { background: $window; }
QTabBar::tab { background: transparent; color: $text_muted; padding: 6px 14px; border: 2px solid transparent; }
QTabBar::tab:selected { color: $text; border-bottom-color: $accent; }
QTabBar::tab:focus { border-color: $focus; }
QDockWidget { color: $text; }
QDockWidget::title { background: $panel; padding: 6px 8px; border-top: 1px solid $border; }
QStatusBar { background: $panel; color: $text_muted; border-top: 1px solid $border; }
QStatusBar::item { border: none; }
QStatusBar QLabel { padding: 2px 8px; color: $text_muted; }
QToolBar { background: $panel; border: none; border-bottom: 1px solid $border; }
QMenuBar { background: $panel; color: $text; border-bottom: 1px solid $border; padding: 2px 4px; }
QMenuBar::item { padding: 4px 10px; border-radius: 4px; background: transparent; }
QMenuBar::item:selected { background: $accent_soft; }
QMenu { background: $panel; color: $text; border: 1px solid $border_strong; padding: 4px; }
QMenu::item { padding: 5px 28px 5px 12px; border-radius: 4px; }
QMenu::item:selected { background: $accent_soft; }
QMenu::item:disabled { color: $text_disabled; }
QMenu::separator { height: 1px; background: $border; margin: 4px 8px; }

QFrame[role="notice"] { background: $raised; border: 1px solid $border_strong; border-radius: 6px; }
QFrame[role="notice"][tone="danger"] { border-left: 4px solid $danger; }
QFrame[role="notice"][tone="warning"] { border-left: 4px solid $warning; }
QFrame[role="notice"][tone="success"] { border-left: 4px solid $success; }
QFrame[role="notice"][tone="info"] { border-left: 4px solid $info; }
QSplitter::handle { background: transparent; }
QScrollArea { border: none; background: transparent; }
QAbstractScrollArea::corner { border: none; background: transparent; }
QScrollBar:vertical { background: transparent; width: 12px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 12px; margin: 0; }
QScrollBar::handle { background: $border_strong; border-radius: 4px; margin: 2px; min-height: 24px; min-width: 24px; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
""")


def style_sheet(theme: Tokens, pictures: str) -> str:
    """Return the application's style sheet in a theme's colours.

    Parameters
    ----------
    theme : Tokens
        The colours.
    pictures : str
        Folder of the arrows of combo and spin boxes and the tick of check boxes.
    """
    colours = {key: value for key, value in asdict(theme).items() if isinstance(value, str)}
    files = {name: f"{pictures}/{name}.svg" for name in ("arrow_up", "arrow_down")}
    tick = "check_dark" if luminance(theme.accent_text) < 0.5 else "check_light"
    return _SHEET.substitute(colours, **files, check=f"{pictures}/{tick}.svg")
