/**
 * `npm run bench -- ocr-peer`, or this file with a number of rounds: our text recognition against @gutenye/ocr-node, which runs the same models, on
 * the eight documents of test/fixtures: pictures per second and wrong characters.
 *
 * Both sides use two threads, read one picture after the other, and warm up on one picture first. They take turns,
 * each turn in a new process, so that what else the machine does falls on both. The peer is installed on demand into
 * `$TRANCHE_CACHE/bench/ocr-peer`; where that fails the comparison is left out.
 */
import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { cacheRoot, repoRoot } from '../../resources/setup/lib/paths.mjs'
import { bundleOurs, installPeer } from './ocr-peer/prepare.mjs'
import { report } from './ocr-peer/report.mjs'

const run = promisify(execFile)
const rounds = Number(process.argv[2] ?? 5)
const threads = 2

main()

async function main() {
  const folder = join(cacheRoot(), 'bench', 'ocr-peer')
  const missing = await installPeer(folder)
  if (missing !== null) {
    console.log(`left out: the peer cannot be installed (${missing})`)
    return
  }
  const documents = join(repoRoot, 'test', 'fixtures', 'documents')
  const setting = {
    threads,
    bundle: await bundleOurs(join(repoRoot, 'out', 'bench')),
    peer: join(folder, 'node_modules', '@gutenye'),
    pictures: readdirSync(documents).filter(name => name.endsWith('.png')).map(name => join(documents, name)),
  }
  const turns = { ours: [], peer: [] }
  for (let round = 0; round < rounds; round++) {
    for (const side of ['ours', 'peer'])
      turns[side].push(await turn(side, setting))
  }
  console.log(report(turns, { rounds, threads, pictures: setting.pictures.length }))
}

/** One side over all pictures, in a process of its own. */
async function turn(side, setting) {
  const script = fileURLToPath(new URL('ocr-peer/turn.mjs', import.meta.url))
  const { stdout } = await run(process.execPath, [script, side, JSON.stringify(setting)], { maxBuffer: 1 << 26 })
  return JSON.parse(stdout)
}
