import type { Serving } from '@contract/model'

/** How a served model groups requests, in a sentence. */
export function servingWords({ maxBatch, maxDelayMs }: Serving): string {
  return maxBatch === 1 ? 'Each request runs by itself.' : `Up to ${maxBatch} requests run together; the first of them waits ${maxDelayMs} ms at most for the others.`
}

/** Lines that ask a served model from a terminal, in the lab with this state folder. */
export function inferCommands(job: string, stateDir: string | null): { readonly title: string, readonly line: string }[] {
  const lab = stateDir === null ? '' : ` --state ${quoted(stateDir)}`
  return [
    { title: 'Ask it with tensors of your own', line: `tranche infer ${job} --input NAME=FILE.npy${lab}` },
    { title: 'Ask it with made-up ones', line: `tranche infer ${job} --synthetic${lab}` },
  ]
}

/** A path as one word of a shell. */
function quoted(path: string): string {
  return /^[\w./:\\-]+$/.test(path) ? path : `"${path.replaceAll(/["$`]/g, '\\$&')}"`
}
