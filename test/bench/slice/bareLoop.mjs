/** `bareLoop.mjs PARTS SETTING`: says it is ready, then runs the inputs it is sent one after the other, and answers how long it took, in ms. */
import { createRequire } from 'node:module'
import { performance } from 'node:perf_hooks'
import process from 'node:process'
import { pathToFileURL } from 'node:url'

const { InferenceSession } = createRequire(import.meta.url)('onnxruntime-node')
const recipes = await import(pathToFileURL(process.argv[2]).href)
const { recipe: name, files, threads, params } = JSON.parse(process.argv[3])
const sessions = new Map()
function session(path) {
  if (!sessions.has(path))
    sessions.set(path, InferenceSession.create(path, { intraOpNumThreads: threads, interOpNumThreads: 1 }))
  return sessions.get(path)
}
const recipe = await recipes[name].open({ files, threads, memoryMiB: 2 ** 20, params, session, log: () => {} })
const control = { carry: null, shouldPause: () => false, progress: () => {} }

process.on('message', async (inputs) => {
  const startedAt = performance.now()
  for (const [index, path] of inputs.entries())
    await recipe.compute(await recipe.read({ path, index }), control)
  process.send(performance.now() - startedAt)
})
process.send('ready')
