/** One turn: `turn.mjs ours|peer SETTING`. Reads all pictures and prints the time and the errors as JSON. */
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import process from 'node:process'
import { pathToFileURL } from 'node:url'

const [side, json] = process.argv.slice(2)
const setting = JSON.parse(json)
const sessionOptions = { intraOpNumThreads: setting.threads, interOpNumThreads: 1 }

main()

async function main() {
  const { ocr, characterErrors } = await import(pathToFileURL(setting.bundle).href)
  const read = side === 'ours' ? await openOurs(ocr) : await openPeer()
  await read(setting.pictures[0])
  const total = { ms: 0, cpuMs: 0, errors: 0, characters: 0 }
  for (const picture of setting.pictures) {
    const started = performance.now()
    const used = process.cpuUsage()
    const text = await read(picture)
    total.ms += performance.now() - started
    const { user, system } = process.cpuUsage(used)
    total.cpuMs += (user + system) / 1000
    const { errors, characters } = truthsOf(picture).map(truth => characterErrors(text, truth)).sort((a, b) => a.errors - b.errors)[0]
    total.errors += errors
    total.characters += characters
  }
  process.stdout.write(JSON.stringify(total))
}

/** The recipe as a worker runs it, on the peer's own copies of the models. */
async function openOurs(ocr) {
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

/** The true text; where a page can be read in two orders, both: the one that suits the reader better counts. */
function truthsOf(picture) {
  return ['.txt', '.rows.txt'].map(end => picture.replace(/\.png$/, end)).filter(existsSync).map(path => readFileSync(path, 'utf8'))
}
