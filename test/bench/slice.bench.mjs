/**
 * `npm run bench -- slice [ROUNDS] [WORKLOAD]`: work per second through a slice that has the whole CPU, against a bare loop over ONNX Runtime with
 * the same recipe, model, threads and inputs, in a process of its own.
 *
 * A large model (text of pictures), a small one (a convolution on made-up tensors), one with a state (speech in a long
 * recording), and a tiny one (an addition), whose cost is all overhead. Both sides have their models loaded and have done one
 * round before. They take turns, so that what else the machine does falls on both. The lab's time is the whole of it: from
 * the submission over the socket until the job is done, with leases, checkpoints and every result flushed to disk; the bare
 * loop keeps its results in memory. What a job costs by itself, some 15 ms, is in it too: each workload but the last takes a second
 * or more.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { repoRoot } from '../../resources/setup/lib/paths.mjs'
import { bundle, load } from './lib/bundle.mjs'
import { median, spread, table } from './lib/figures.mjs'
import { startLab } from './lib/lab.mjs'

const rounds = Number(process.argv[2] ?? 7)
const only = process.argv[3] ?? ''
const documents = join(repoRoot, 'test', 'fixtures', 'documents')
const pictures = readdirSync(documents).filter(name => name.endsWith('.png')).map(name => join(documents, name))
const { connectSocket, addModel, smallConvolution, repeatSound } = await load('lib/parts.ts')
const folder = mkdtempSync(join(tmpdir(), 'tranche-bench-slice-'))
function written(name, bytes) {
  const path = join(folder, name)
  writeFileSync(path, bytes)
  return path
}
const long = join(folder, 'long.wav')
repeatSound(join(repoRoot, 'resources', 'samples', 'speech.wav'), long, 30)

const lab = await startLab(connectSocket)
const cpu = (await lab.client.call('devices.list', {})).find(({ kind }) => kind === 'cpu')
const threads = Number(cpu.backing.split(' ')[0])
const catalog = await lab.client.call('catalog.list', {})
const filesOf = entryId => Object.fromEntries(catalog.find(({ id }) => id === entryId).files.map(({ role, sha256 }) => [role, join(lab.stateDir, 'blobs', 'sha256', sha256.slice(0, 2), sha256)]))

const synthetic = (model, count, params = {}) => ({ recipe: 'tensor', files: { model }, count, submission: { recipe: 'tensor', model, inputs: [], synthetic: count, params }, inputs: Array.from({ length: count }).fill(null), params })
const workloads = {
  'large (text of pictures)': { recipe: 'ocr', files: filesOf('ppocr-v4'), count: pictures.length, submission: { recipe: 'ocr', inputs: pictures }, inputs: pictures, params: {} },
  'small (convolution)': synthetic(written('small.onnx', smallConvolution(64, 32)), 1500),
  'stateful (speech)': { recipe: 'vad', files: filesOf('silero-vad-v5'), count: 1, submission: { recipe: 'vad', inputs: [long] }, inputs: [long], params: {} },
  'tiny (addition)': synthetic(written('tiny.onnx', addModel()), 2000),
}
const parts = await bundle('lib/parts.ts')
const rows = [['', 'slice, inputs/s: median (range)', 'bare loop', 'ratio, round by round', 'overhead per input']]
for (const [name, { recipe, files, count, submission, inputs, params }] of Object.entries(workloads).filter(([workload]) => workload.includes(only))) {
  const bare = fork(fileURLToPath(new URL('slice/bareLoop.mjs', import.meta.url)), [parts, JSON.stringify({ recipe, files, threads, params })])
  await once(bare, 'message')
  const sides = {
    async bare() {
      bare.send(inputs)
      return (await once(bare, 'message'))[0]
    },
    async lab() {
      const startedAt = performance.now()
      const job = await lab.run({ ...submission, device: cpu.id })
      if (job.state !== 'done')
        throw new Error(JSON.stringify(job.error))
      return performance.now() - startedAt
    },
  }
  const ms = { bare: [], lab: [] }
  await sides.bare()
  await sides.lab()
  for (let round = 0; round < rounds; round++) {
    // Who goes first changes from round to round.
    for (const side of round % 2 ? ['lab', 'bare'] : ['bare', 'lab'])
      ms[side].push(await sides[side]())
  }
  bare.disconnect()
  const speed = side => ms[side].map(each => count * 1000 / each)
  rows.push([name, spread(speed('lab')), spread(speed('bare')), spread(ms.bare.map((each, round) => each / ms.lab[round])), `${(median(ms.lab.map((each, round) => (each - ms.bare[round]) * 1000 / count))).toFixed(0)} us`])
}
await lab.stop()
rmSync(folder, { recursive: true, force: true })
console.log(`${rounds} rounds in turn, ${threads} threads`)
console.log(table(rows))
