/** Does something at most every so often. Asked with the time, it does what is due and answers when to ask again. */
export function every(periodMs: number, act: () => void): (nowMs: number) => number {
  let nextMs = 0
  return (nowMs) => {
    if (nowMs >= nextMs) {
      nextMs = nowMs + periodMs
      act()
    }
    return nextMs
  }
}
