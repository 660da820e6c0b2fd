/** Keeps one core busy. */
for (let value = 1; value > 0; value = Math.sqrt(value + 1)) {
  // Nothing else.
}
