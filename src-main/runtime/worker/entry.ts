import type { FromWorker, ToWorker } from '../protocol'
import type { JobControl } from './jobControl'
import type { ServedModel } from './serve'
import type { ResultWriter } from './writer/resultWriter'
import { join } from 'node:path'
import process from 'node:process'
import { toWorker } from '../protocol'
import { confine } from './confine/confine'
import { endWithParent } from './confine/endWithParent'
import { createJobControl } from './jobControl'
import { openParentPort } from './parentPort'
import { runJob } from './runJob'
import { serveJob } from './serve'
import { createSessionCache } from './sessions'
import { createTurnGate } from './turnGate'
import { watchParent } from './watchParent'
import { createResultWriter } from './writer/resultWriter'

/** How often a worker tells what it uses of its slice, where nobody can see it from outside. */
const useIntervalMs = 500

if (!endWithParent())
  watchParent()
const port = openParentPort()
const threads = Math.max(1, Number(process.env.TRANCHE_THREADS) || 1)
const sessions = createSessionCache({ threads })
const gate = createTurnGate()
const say = (message: FromWorker) => port.post(message)
const residentMiB = () => process.memoryUsage.rss() / 1024 ** 2
let control: JobControl | null = null
let writer: ResultWriter | null = null
let served: ServedModel | null = null

port.onMessage(raw => void receive(toWorker.parse(raw)))
port.onClosed(() => process.exit(0))

if (process.platform !== 'linux') {
  setInterval(() => {
    const { user, system } = process.cpuUsage()
    say({ type: 'use', cpuMs: (user + system) / 1000, memoryMiB: residentMiB() })
  }, useIntervalMs)
}

async function receive(message: ToWorker): Promise<void> {
  switch (message.type) {
    case 'confine':
      confine(message)
      // What the runtime itself takes is not the model's: it is loaded before the memory of the slice is counted.
      await import('onnxruntime-node')
      return say({ type: 'ready', baselineMiB: residentMiB() })
    case 'run': {
      const own = createJobControl(message.epoch)
      control = own
      const tools = { sessions, threads, say, control: own, gate, writer: writer ??= createResultWriter(join(import.meta.dirname, 'writer.js')) }
      if (message.serving)
        served = serveJob(message, message.serving, tools)
      else
        void runJob(message, tools)
      return
    }
    case 'turn':
      return gate.turn(message.ms)
    case 'stop':
      return process.exit(0)
    case 'infer':
      if (message.epoch === control?.epoch)
        message.requests.forEach(({ request, inputs }) => served?.infer(request, inputs))
      return
    default:
      if (message.epoch === control?.epoch)
        ask(control, message)
  }
}

function ask(job: JobControl, message: Extract<ToWorker, { type: 'go' | 'yield' | 'cancel' }>): void {
  switch (message.type) {
    case 'go':
      return job.go(message)
    case 'yield':
      return job.yield()
    case 'cancel':
      return job.cancel()
  }
}
