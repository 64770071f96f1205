"""Use cases: one function per user action, called alike by the window, the command line and the HTTP API.

Names are imported when they are first used, so that ``ktrdr-app --help`` stays quick.
"""

from typing import TYPE_CHECKING

from ktrdr_app.core.lazy import exports

if TYPE_CHECKING:
    from ktrdr_app.workflows.backtest_run import backtest, backtest_signals
    from ktrdr_app.workflows.bundle.replay import replay_run
    from ktrdr_app.workflows.bundle.seal import export_bundle
    from ktrdr_app.workflows.bundle.unseal import open_bundle
    from ktrdr_app.workflows.cell_bars import judged_bars
    from ktrdr_app.workflows.certify_lookup import certify_model, model_certificate
    from ktrdr_app.workflows.certify_run import certify
    from ktrdr_app.workflows.chart_panes import run_panes
    from ktrdr_app.workflows.cluster_watch import watch_cluster
    from ktrdr_app.workflows.compare_run import compare_models
    from ktrdr_app.workflows.coverage_run import model_coverage
    from ktrdr_app.workflows.data_inventory import list_inventory, measure_quality, measure_some
    from ktrdr_app.workflows.demo_run import demo
    from ktrdr_app.workflows.duel_run import duel
    from ktrdr_app.workflows.edited_sets import save_edited_sets
    from ktrdr_app.workflows.features_run import build_many_features
    from ktrdr_app.workflows.fetch_run import fetch_data
    from ktrdr_app.workflows.fuzzy_run import check_fuzzy, evaluate_fuzzy
    from ktrdr_app.workflows.grammar_schema import strategy_schema
    from ktrdr_app.workflows.grid_run import backtest_grid
    from ktrdr_app.workflows.import_run import files_to_import, import_data, preview_import
    from ktrdr_app.workflows.input_series import load_inputs
    from ktrdr_app.workflows.inspect_data import align_data, check_data
    from ktrdr_app.workflows.inspect_series import (
        compute_indicator,
        features,
        labels,
        list_data,
        list_indicators,
        load_bars,
        load_fuzzy_view,
    )
    from ktrdr_app.workflows.interrupted_runs import discard_run, list_interrupted
    from ktrdr_app.workflows.live_edit import open_live
    from ktrdr_app.workflows.machine_checks import doctor
    from ktrdr_app.workflows.migrate_run import migrate_models, undo_migration
    from ktrdr_app.workflows.model_care import (
        annotate_model,
        delete_model,
        export_model,
        import_model,
        list_trashed_models,
        pin_model,
        preview_deletion,
        restore_model,
        roll_back,
        tag_model,
        unpin_model,
        verify_model,
    )
    from ktrdr_app.workflows.model_sets import list_model_sets
    from ktrdr_app.workflows.models import list_models, resolve_model, show_model
    from ktrdr_app.workflows.portfolio_run import backtest_portfolio
    from ktrdr_app.workflows.quick_training import quick_try
    from ktrdr_app.workflows.reopen import reopen_run
    from ktrdr_app.workflows.repair_run import list_repairs, repair_data
    from ktrdr_app.workflows.report import write_report
    from ktrdr_app.workflows.request_checks import check_backtest, check_training
    from ktrdr_app.workflows.run_copies import copy_bundle, copy_report, copy_tables
    from ktrdr_app.workflows.run_folders import newest_run
    from ktrdr_app.workflows.run_tables import run_equity, run_trades
    from ktrdr_app.workflows.series_view import map_coverage, view_series
    from ktrdr_app.workflows.strategies import (
        check_strategy,
        list_strategies,
        save_fuzzy_sets,
        validate_strategy,
    )
    from ktrdr_app.workflows.strategy_diff import compare_strategy
    from ktrdr_app.workflows.strategy_draft import edit_draft, mended, read_draft, unread_outputs
    from ktrdr_app.workflows.strategy_files import (
        create_strategy,
        delete_strategy,
        free_name,
        open_strategy,
        rename_strategy,
        restore_strategy,
        save_strategy,
        template_names,
        template_text,
    )
    from ktrdr_app.workflows.strategy_form import indicator_catalogue, indicator_fields, strategy_sections
    from ktrdr_app.workflows.sweep_run import sweep
    from ktrdr_app.workflows.symbol_change import change_symbol
    from ktrdr_app.workflows.symbol_use import compare_use, scale_advice
    from ktrdr_app.workflows.train_run import train
    from ktrdr_app.workflows.training_compare import compare_trainings
    from ktrdr_app.workflows.training_page import write_training_page
    from ktrdr_app.workflows.training_plan import plan_training
    from ktrdr_app.workflows.training_queue import keep_queue, left_queue
    from ktrdr_app.workflows.training_results import show_results
    from ktrdr_app.workflows.training_runs import (
        delete_training,
        list_trainings,
        restore_training,
        say_of_training,
        training_curves,
    )
    from ktrdr_app.workflows.trash_run import delete_data, list_trash, restore_data
    from ktrdr_app.workflows.upgrade_run import upgrade
    from ktrdr_app.workflows.why_run import explain_trade, open_why

_EXPORTS = {
    "align_data": "inspect_data",
    "annotate_model": "model_care",
    "backtest": "backtest_run",
    "backtest_grid": "grid_run",
    "backtest_portfolio": "portfolio_run",
    "backtest_signals": "backtest_run",
    "build_many_features": "features_run",
    "certify": "certify_run",
    "certify_model": "certify_lookup",
    "change_symbol": "symbol_change",
    "check_backtest": "request_checks",
    "check_data": "inspect_data",
    "check_fuzzy": "fuzzy_run",
    "check_strategy": "strategies",
    "check_training": "request_checks",
    "compare_models": "compare_run",
    "compare_strategy": "strategy_diff",
    "compare_trainings": "training_compare",
    "compare_use": "symbol_use",
    "compute_indicator": "inspect_series",
    "copy_bundle": "run_copies",
    "copy_report": "run_copies",
    "copy_tables": "run_copies",
    "create_strategy": "strategy_files",
    "delete_data": "trash_run",
    "delete_model": "model_care",
    "delete_strategy": "strategy_files",
    "delete_training": "training_runs",
    "demo": "demo_run",
    "discard_run": "interrupted_runs",
    "doctor": "machine_checks",
    "duel": "duel_run",
    "edit_draft": "strategy_draft",
    "evaluate_fuzzy": "fuzzy_run",
    "explain_trade": "why_run",
    "export_bundle": "bundle.seal",
    "export_model": "model_care",
    "features": "inspect_series",
    "fetch_data": "fetch_run",
    "files_to_import": "import_run",
    "free_name": "strategy_files",
    "import_data": "import_run",
    "import_model": "model_care",
    "indicator_catalogue": "strategy_form",
    "indicator_fields": "strategy_form",
    "judged_bars": "cell_bars",
    "keep_queue": "training_queue",
    "labels": "inspect_series",
    "left_queue": "training_queue",
    "list_data": "inspect_series",
    "list_indicators": "inspect_series",
    "list_interrupted": "interrupted_runs",
    "list_inventory": "data_inventory",
    "list_model_sets": "model_sets",
    "list_models": "models",
    "list_repairs": "repair_run",
    "list_strategies": "strategies",
    "list_trainings": "training_runs",
    "list_trash": "trash_run",
    "list_trashed_models": "model_care",
    "load_bars": "inspect_series",
    "load_fuzzy_view": "inspect_series",
    "load_inputs": "input_series",
    "map_coverage": "series_view",
    "measure_quality": "data_inventory",
    "measure_some": "data_inventory",
    "mended": "strategy_draft",
    "migrate_models": "migrate_run",
    "model_certificate": "certify_lookup",
    "model_coverage": "coverage_run",
    "newest_run": "run_folders",
    "open_bundle": "bundle.unseal",
    "open_live": "live_edit",
    "open_strategy": "strategy_files",
    "open_why": "why_run",
    "pin_model": "model_care",
    "plan_training": "training_plan",
    "preview_deletion": "model_care",
    "preview_import": "import_run",
    "quick_try": "quick_training",
    "read_draft": "strategy_draft",
    "rename_strategy": "strategy_files",
    "reopen_run": "reopen",
    "repair_data": "repair_run",
    "replay_run": "bundle.replay",
    "resolve_model": "models",
    "restore_data": "trash_run",
    "restore_model": "model_care",
    "restore_strategy": "strategy_files",
    "restore_training": "training_runs",
    "roll_back": "model_care",
    "run_equity": "run_tables",
    "run_panes": "chart_panes",
    "run_trades": "run_tables",
    "save_edited_sets": "edited_sets",
    "save_fuzzy_sets": "strategies",
    "save_strategy": "strategy_files",
    "say_of_training": "training_runs",
    "scale_advice": "symbol_use",
    "show_model": "models",
    "show_results": "training_results",
    "strategy_schema": "grammar_schema",
    "strategy_sections": "strategy_form",
    "sweep": "sweep_run",
    "tag_model": "model_care",
    "template_names": "strategy_files",
    "template_text": "strategy_files",
    "train": "train_run",
    "training_curves": "training_runs",
    "undo_migration": "migrate_run",
    "unpin_model": "model_care",
    "unread_outputs": "strategy_draft",
    "upgrade": "upgrade_run",
    "validate_strategy": "strategies",
    "verify_model": "model_care",
    "view_series": "series_view",
    "watch_cluster": "cluster_watch",
    "write_report": "report",
    "write_training_page": "training_page",
}

__getattr__ = exports(__name__, _EXPORTS)

__all__ = [
    "align_data",
    "annotate_model",
    "backtest",
    "backtest_grid",
    "backtest_portfolio",
    "backtest_signals",
    "build_many_features",
    "certify",
    "certify_model",
    "change_symbol",
    "check_backtest",
    "check_data",
    "check_fuzzy",
    "check_strategy",
    "check_training",
    "compare_models",
    "compare_strategy",
    "compare_trainings",
    "compare_use",
    "compute_indicator",
    "copy_bundle",
    "copy_report",
    "copy_tables",
    "create_strategy",
    "delete_data",
    "delete_model",
    "delete_strategy",
    "delete_training",
    "demo",
    "discard_run",
    "doctor",
    "duel",
    "edit_draft",
    "evaluate_fuzzy",
    "explain_trade",
    "export_bundle",
    "export_model",
    "features",
    "fetch_data",
    "files_to_import",
    "free_name",
    "import_data",
    "import_model",
    "indicator_catalogue",
    "indicator_fields",
    "judged_bars",
    "keep_queue",
    "labels",
    "left_queue",
    "list_data",
    "list_indicators",
    "list_interrupted",
    "list_inventory",
    "list_model_sets",
    "list_models",
    "list_repairs",
    "list_strategies",
    "list_trainings",
    "list_trash",
    "list_trashed_models",
    "load_bars",
    "load_fuzzy_view",
    "load_inputs",
    "map_coverage",
    "measure_quality",
    "measure_some",
    "mended",
    "migrate_models",
    "model_certificate",
    "model_coverage",
    "newest_run",
    "open_bundle",
    "open_live",
    "open_strategy",
    "open_why",
    "pin_model",
    "plan_training",
    "preview_deletion",
    "preview_import",
    "quick_try",
    "read_draft",
    "rename_strategy",
    "reopen_run",
    "repair_data",
    "replay_run",
    "resolve_model",
    "restore_data",
    "restore_model",
    "restore_strategy",
    "restore_training",
    "roll_back",
    "run_equity",
    "run_panes",
    "run_trades",
    "save_edited_sets",
    "save_fuzzy_sets",
    "save_strategy",
    "say_of_training",
    "scale_advice",
    "show_model",
    "show_results",
    "strategy_schema",
    "strategy_sections",
    "sweep",
    "tag_model",
    "template_names",
    "template_text",
    "train",
    "training_curves",
    "undo_migration",
    "unpin_model",
    "unread_outputs",
    "upgrade",
    "validate_strategy",
    "verify_model",
    "view_series",
    "watch_cluster",
    "write_report",
    "write_training_page",
]
