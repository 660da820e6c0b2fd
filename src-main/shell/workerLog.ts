/** Lines of one worker that are written down within `windowMs`; a library that complains without end must not fill the disk. */
export const linesPerWindow = 50
const windowMs = 10_000

/**
 * Passes on what workers print, without empty lines, and from a worker that prints too much only the beginning of each
 * stretch and how many lines were left out.
 */
export function limitLines(write: (worker: string, line: string) => void, nowMs: () => number = () => Date.now()) {
  const workers = new Map<string, { sinceMs: number, count: number }>()

  return (worker: string, line: string): void => {
    if (line.trim() === '')
      return
    const seen = workers.get(worker)
    if (!seen || nowMs() - seen.sinceMs >= windowMs) {
      if (seen && seen.count > linesPerWindow)
        write(worker, `(${seen.count - linesPerWindow} more lines were left out)`)
      workers.set(worker, { sinceMs: nowMs(), count: 1 })
      return write(worker, line)
    }
    seen.count += 1
    if (seen.count <= linesPerWindow)
      write(worker, line)
  }
}
