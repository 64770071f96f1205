"""The least that a strategy must say, with a line on each part: what a new one can begin with."""

MINIMAL = """\
# A strategy: indicators are computed, fuzzy sets make them words, a network learns from these.
name: new_strategy
description: Say in a sentence what it looks for.

# What is computed from the bars, each under an id of your own.
indicators:
  rsi: {name: rsi, period: 14}

# What the network sees: how much each of these words is true of a bar.
fuzzy_sets:
  rsi:
    form: raw
    sets:
      oversold: {type: trapezoidal, parameters: [0, 10, 25, 40], shoulder: left}
      neutral: {type: triangular, parameters: [25, 50, 75]}
      overbought: {type: trapezoidal, parameters: [60, 75, 90, 100], shoulder: right}

# What it is asked to foretell: a move of so many average true ranges within so many bars.
labels:
  threshold: 1.5
  threshold_unit: atr
  lookahead: 10
"""
