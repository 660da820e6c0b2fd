import type { InferenceSession } from 'onnxruntime-node'
import type { Tally } from './tally'
import { createReadStream, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { backendOfProvider } from './providers'
import { createTally } from './tally'

/**
 * ONNX Runtime's own record of a session's first runs: the only place where it tells which backend ran which node. It is
 * written into a folder of its own below `scratch`, which is gone afterwards.
 */
export interface Profile {
  readonly options: Pick<InferenceSession.SessionOptions, 'enableProfiling' | 'profileFilePrefix'>
  /** Ends the record and reads it; null where it cannot be read. */
  readonly finish: (session: InferenceSession) => Promise<Tally | null>
  /** Removes what was written so far. */
  readonly discard: () => void
}

/** Some 200,000 nodes. */
const mostBytes = 128 * 1024 ** 2
const folderPrefix = '.tranche-profile-'
/** A worker that was killed leaves its folder; a first run that takes longer than this is not expected. */
const staleMs = 24 * 3_600_000

/** Begins a record, or returns null where its folder cannot be made. */
export function startProfile(scratch: string): Profile | null {
  const folder = makeFolder(scratch)
  if (folder === null)
    return null
  const discard = () => rmSync(folder, { recursive: true, force: true })
  return {
    options: { enableProfiling: true, profileFilePrefix: join(folder, 'run') },
    discard,
    async finish(session) {
      try {
        session.endProfiling()
        const name = readdirSync(folder).sort().at(-1)
        return name !== undefined && statSync(join(folder, name)).size <= mostBytes ? await readProfile(join(folder, name)) : null
      }
      catch {
        return null
      }
      finally {
        discard()
      }
    },
  }
}

function makeFolder(scratch: string): string | null {
  try {
    mkdirSync(scratch, { recursive: true, mode: 0o700 })
    for (const name of readdirSync(scratch).filter(name => name.startsWith(folderPrefix))) {
      if (Date.now() - (statSync(join(scratch, name), { throwIfNoEntry: false })?.mtimeMs ?? Date.now()) > staleMs)
        rmSync(join(scratch, name), { recursive: true, force: true })
    }
    return mkdtempSync(join(scratch, folderPrefix))
  }
  catch {
    return null
  }
}

/**
 * A record has an event a line. Names of nodes stand in it as the model has them, quotes and all, so that it need not be
 * JSON: what is looked for is taken out by its key, from behind the name. A node that ran several times counts once.
 */
export async function readProfile(file: string): Promise<Tally> {
  const tally = createTally()
  const seen = new Set<string>()
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })) {
    const node = nodeOf(line)
    if (!node || seen.has(node.key))
      continue
    seen.add(node.key)
    const backend = backendOfProvider(node.provider)
    if (backend)
      tally.add(backend, node.operator)
  }
  return tally.result()
}

/** Copies between a GPU and the host that ONNX Runtime adds: they are no nodes of the model. */
const copies = new Set(['MemcpyFromHost', 'MemcpyToHost'])

function nodeOf(line: string): { readonly key: string, readonly provider: string, readonly operator: string } | null {
  const split = line.lastIndexOf('_kernel_time"')
  if (split < 0 || !line.startsWith('{"cat" : "Node"'))
    return null
  const args = line.slice(split)
  const provider = /"provider" ?: ?"(\w+)"/.exec(args)?.[1]
  const operator = /"op_name" ?: ?"([^"]+)"/.exec(args)?.[1]
  if (provider === undefined || operator === undefined || copies.has(operator))
    return null
  const name = line.slice(0, split).slice(-200)
  return { key: `${/"node_index" ?: ?"(\d+)"/.exec(args)?.[1]} ${operator} ${name}`, provider, operator }
}
