export type TurnGate = ReturnType<typeof createTurnGate>

/** Where this process cannot be stopped from outside, it waits for its turns by itself, between two inputs. Open until told otherwise. */
export function createTurnGate() {
  let isOpen = true
  let pass: (() => void)[] = []
  let closing: NodeJS.Timeout | undefined

  return {
    /** For how many ms inputs may begin: Infinity until told otherwise, 0 for none. */
    turn(ms: number): void {
      clearTimeout(closing)
      isOpen = ms > 0
      if (Number.isFinite(ms) && ms > 0)
        closing = setTimeout(() => void (isOpen = false), ms)
      if (isOpen) {
        pass.forEach(go => go())
        pass = []
      }
    },
    /** Resolves as soon as the next input may begin. */
    async wait(): Promise<void> {
      if (!isOpen)
        await new Promise<void>(resolve => pass.push(resolve))
    },
  }
}
