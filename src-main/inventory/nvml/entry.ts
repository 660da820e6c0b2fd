import type { Nvml } from './library'
import type { FromNvml, NvmlCall, NvmlRequest, NvmlValue } from './protocol'
import process from 'node:process'
import { toErrorShape, TrancheError } from '../../contract/errors'
import { openParentPort } from '../../runtime/worker/parentPort'
import { watchParent } from '../../runtime/worker/watchParent'
import { createTurn } from './alone'
import { createInstance, destroyInstance, setMigMode } from './change'
import { defaultLibrary, loadNvml } from './library'
import { nvmlRequest } from './protocol'
import { readAll } from './readAll'
import { nvmlCodes } from './returnCodes'

/**
 * The process that holds NVML. A call into a driver may hang for ever, and a thread in it cannot be ended: the lab ends
 * this process instead. It answers one request at a time.
 */
watchParent()
const port = openParentPort()
const takeTurn = createTurn(process.env.TRANCHE_NVML_LOCK)
const say = (message: FromNvml) => port.post(message)
let opened: Nvml | null = null

/** The library, ready for calls. A failure is not kept: the driver may be loaded later. */
function open(): Nvml {
  if (opened)
    return opened
  const nvml = load()
  const code = nvml.call('nvmlInit_v2')
  if (code !== nvmlCodes.success)
    throw new TrancheError('not_found', `NVML does not start: ${nvml.textOf(code)}. ${code === nvmlCodes.driverNotLoaded ? 'Load the NVIDIA kernel module, or restart the host after installing it.' : 'Check that `nvidia-smi` works.'}`)
  opened = nvml
  return nvml
}

function load(): Nvml {
  const path = process.env.TRANCHE_NVML || defaultLibrary
  try {
    return loadNvml(path)
  }
  catch (thrown) {
    throw new TrancheError('not_found', `The NVIDIA driver's library ${path} cannot be loaded: ${thrown instanceof Error ? thrown.message : String(thrown)}. Install the NVIDIA driver to use GPUs of this host.`)
  }
}

function read(): NvmlValue<'read'> {
  let nvml: Nvml
  try {
    nvml = open()
  }
  catch (thrown) {
    return { found: false, detail: toErrorShape(thrown).message }
  }
  return readAll(nvml)
}

function carryOut(request: NvmlRequest): NvmlValue<NvmlCall> {
  if (request.call !== 'read' || request.alone)
    takeTurn()
  switch (request.call) {
    case 'read':
      return read()
    case 'createInstance':
      return createInstance(open(), request)
    case 'destroyInstance':
      destroyInstance(open(), request)
      return null
    case 'setMigMode':
      return setMigMode(open(), request)
  }
}

port.onMessage((message) => {
  try {
    say({ type: 'answer', value: carryOut(nvmlRequest.parse(message)) })
  }
  catch (thrown) {
    say({ type: 'failed', error: toErrorShape(thrown) })
  }
})
port.onClosed(() => process.exit(0))

say({ type: 'ready' })
