import type { Answer } from './answers'
import type { Nvml } from './library'
import type { Problems } from './problems'
import type { NvmlDevice } from './reading'
import { ask, askList, textIn } from './answers'
import { nvmlCodes } from './returnCodes'

/** vGPU types that a device supports; null without a word where the host has no vGPU manager. */
export function readVgpuTypes(nvml: Nvml, device: bigint, name: string, problems: Problems): NvmlDevice['vgpuTypes'] {
  const ids = askList(nvml, 'uint', 128, (list, count) => nvml.call('nvmlDeviceGetSupportedVgpus', device, count, list))
  if (!ids.ok && (ids.code === nvmlCodes.notSupported || ids.code === nvmlCodes.functionNotFound))
    return null
  const known = problems.orNull(`${name}, vGPU types`, ids)
  return known && known.flatMap((id) => {
    const what = `${name}, vGPU type ${id}`
    const label = problems.orNull(what, readName(nvml, id))
    const frameBuffer = problems.orNull(what, ask(nvml, 'ulong', 'nvmlVgpuTypeGetFramebufferSize', id))
    const maxInstances = problems.orNull(what, ask(nvml, 'uint', 'nvmlVgpuTypeGetMaxInstances', device, id))
    if (label === null || frameBuffer === null || maxInstances === null)
      return []
    return [{ name: label.replace(/^(?:GRID|NVIDIA) /, ''), frameBufferMiB: Math.round(Number(frameBuffer) / 1024 ** 2), maxInstances }]
  })
}

/** This call wants a pointer to the length where others want the length. */
function readName(nvml: Nvml, id: number): Answer<string> {
  const text = Buffer.alloc(64)
  const length = Buffer.alloc(4)
  length.writeUInt32LE(text.length)
  const code = nvml.call('nvmlVgpuTypeGetName', id, text, length)
  return code === nvmlCodes.success ? { ok: true, value: textIn(text) } : { ok: false, code }
}
