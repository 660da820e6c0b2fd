/** One turn: `turn.mjs ours|peer SETTING`. Reads all pictures and prints the time and the errors as JSON. */
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import process from 'node:process'
import { pathToFileURL } from 'node:url'
import { characterErrors } from './errors.mjs'

const [side, json] = process.argv.slice(2)
const setting = JSON.parse(json)
const sessionOptions = { intraOpNumThreads: setting.threads, interOpNumThreads: 1 }

const read = side === 'ours' ? await openOurs() : await openPeer()
await read(setting.pictures[0])
const found = []
for (const picture of setting.pictures) {
  const started = performance.now()
  const text = await read(picture)
  found.push({ ms: performance.now() - started, ...errorsOf(picture, text) })
}
const sum = key => found.reduce((total, one) => total + one[key], 0)
process.stdout.write(JSON.stringify({ ms: sum('ms'), errors: sum('errors'), characters: sum('characters') }))

/** The recipe as a worker runs it, on the peer's own copies of the models. */
async function openOurs() {
  const { ocr } = await import(pathToFileURL(setting.recipe).href)
  const { InferenceSession } = createRequire(import.meta.url)('onnxruntime-node')
  const asset = name => join(setting.peer, 'ocr-models', 'assets', name)
  const recipe = await ocr.open({
    files: {
      detector: asset('ch_PP-OCRv4_det_infer.onnx'),
      recogniser: asset('ch_PP-OCRv4_rec_infer.onnx'),
      classifier: asset('ch_ppocr_mobile_v2.0_cls_infer.onnx'),
      dictionary: asset('ppocr_keys_v1.txt'),
    },
    params: {},
    threads: setting.threads,
    session: path => InferenceSession.create(path, sessionOptions),
    log: () => {},
  })
  return async (path) => {
    const { result } = await recipe.compute(await recipe.read({ path, index: 0 }))
    return result.lines.map(line => line.text).join('\n')
  }
}

async function openPeer() {
  const { default: Ocr } = await import(pathToFileURL(join(setting.peer, 'ocr-node', 'build', 'index.js')).href)
  const ocr = await Ocr.create({ onnxOptions: sessionOptions })
  return async path => (await ocr.detect(path)).map(line => line.text).join('\n')
}

/** Against the truth in the order that suits the reader better, where a page has two. */
function errorsOf(picture, text) {
  const truths = ['.txt', '.rows.txt'].map(end => picture.replace(/\.png$/, end)).filter(existsSync)
  return truths.map(path => characterErrors(text, readFileSync(path, 'utf8'))).sort((a, b) => a.errors - b.errors)[0]
}
