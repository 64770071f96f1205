"""Drawing only: candles, curves, axes, markers and crosshair over plain arrays; nothing here knows a strategy."""
