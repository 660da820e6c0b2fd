/** Tells the loop that something changed, whoever it is that knows. */
export function createBell() {
  const listeners: (() => void)[] = []
  return {
    ring: (): void => listeners.forEach(listener => listener()),
    onRing: (listener: () => void): void => void listeners.push(listener),
  }
}
