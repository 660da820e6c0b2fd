/**
 * Where the result of an input lies, relative to its job's results folder. The epoch in the name keeps what a worker
 * that lost its lease may still write apart from what its successor writes.
 */
export function resultPath(index: number, epoch: number, withFiles: boolean): string {
  const stem = `${String(index).padStart(6, '0')}.e${epoch}`
  return withFiles ? `${stem}/result.json` : `${stem}.json`
}
