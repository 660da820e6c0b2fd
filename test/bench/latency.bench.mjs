/**
 * `npm run bench -- latency`: from the submission of a job to its first results on disk, on an idle lab whose worker has the
 * model loaded, for a small picture and for a model that adds four numbers.
 *
 * The client is another process, as the command line is: its clock starts before it writes to the socket. The end is the
 * lab's own time of the first checkpoint, on the same machine's clock.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import sharp from 'sharp'
import { repoRoot } from '../../resources/setup/lib/paths.mjs'
import { load } from './lib/bundle.mjs'
import { median, quantile, table } from './lib/figures.mjs'
import { startLab } from './lib/lab.mjs'

const rounds = Number(process.argv[2] ?? 100)
const { addModel, connectSocket } = await load('lib/parts.ts')
const lab = await startLab(connectSocket)
const small = join(lab.stateDir, 'pictures', 'line.png')
mkdirSync(join(lab.stateDir, 'pictures'))
await sharp(join(repoRoot, 'test', 'fixtures', 'documents', 'letter.png')).extract({ left: 40, top: 40, width: 400, height: 64 }).toFile(small)
const tiny = join(lab.stateDir, 'pictures', 'add.onnx')
writeFileSync(tiny, addModel())
const cpu = (await lab.client.call('devices.list', {})).find(({ kind }) => kind === 'cpu')

async function measure(submission) {
  await lab.run(submission)
  const ms = []
  for (let round = 0; round < rounds; round++) {
    const startedAtMs = Date.now()
    const job = await lab.run(submission)
    if (job.state !== 'done')
      throw new Error(JSON.stringify(job.error))
    const events = await lab.client.call('events.list', { subject: job.id })
    ms.push(events.find(({ type }) => type === 'job.progressed').atMs - startedAtMs)
  }
  return ms
}

const picture = await measure({ recipe: 'ocr', inputs: [small], device: cpu.id })
const tensor = await measure({ recipe: 'tensor', model: tiny, inputs: [], synthetic: 1, device: cpu.id })
await lab.stop()

const row = (name, values) => [name, median(values).toFixed(0), quantile(values, 0.99).toFixed(0), Math.min(...values).toFixed(0), Math.max(...values).toFixed(0)]
console.log(`${rounds} jobs one after the other, ms`)
console.log(table([
  ['submit to first results on disk', 'median', 'p99', 'min', 'max'],
  row('one line of text (ocr)', picture),
  row('four numbers added (tensor)', tensor),
]))
