"""What panels look at together: state with signals, and no widgets."""
