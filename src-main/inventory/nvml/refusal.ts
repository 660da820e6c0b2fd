import type { Answer } from './answers'
import type { Nvml } from './library'
import type { NvmlProcess } from './reading'
import { TrancheError } from '../../contract/errors'
import { nvmlCodes } from './returnCodes'

/**
 * A refusal of the driver as an error that an admin can act on: what was not done, the driver's own words, what to do.
 *
 * @param nvml for the driver's words
 * @param doing what was asked for, to follow "could not": `create the GPU instance`
 * @param code what the driver answered
 * @param processes who computes there now, named where the driver says that it is in use
 */
export function refusalOf(nvml: Nvml, doing: string, code: number, processes: readonly NvmlProcess[] = []): TrancheError {
  const pids = processes.map(({ pid }) => pid)
  const said = `The NVIDIA driver could not ${doing}: ${nvml.textOf(code)}.`
  const details = { nvmlCode: code, ...(pids.length > 0 && { pids }) }
  switch (code) {
    case nvmlCodes.inUse:
      return new TrancheError('in_use', `${said} ${holdersOf(pids)}`, { details, retryable: true })
    case nvmlCodes.noPermission:
      return new TrancheError('unsupported', `${said} Only an administrator may do this: run Tranche as root, or run the plan's commands with sudo.`, { details })
    case nvmlCodes.insufficientResources:
      return new TrancheError('conflict', `${said} The place is taken, or too little is left of the GPU. Read the device again and make a new plan.`, { details })
    case nvmlCodes.notFound:
      return new TrancheError('not_found', `${said} Read the devices again: it may have been removed meanwhile.`, { details })
    case nvmlCodes.gpuIsLost:
      return new TrancheError('unsupported', `${said} The GPU has stopped answering on its bus. Restart the host; if it comes again, the hardware needs service.`, { details })
    case nvmlCodes.resetRequired:
      return new TrancheError('conflict', `${said} Stop what uses the GPU, then run \`nvidia-smi --gpu-reset\` for it or restart the host.`, { details })
    case nvmlCodes.functionNotFound:
      return new TrancheError('unsupported', `${said} The driver is too old for this. Update it.`, { details })
    default:
      return new TrancheError('unsupported', `${said} Look for NVRM lines in the kernel's log, then try again.`, { details })
  }
}

function holdersOf(pids: readonly number[]): string {
  if (pids.length === 0)
    return 'The driver names no process: monitoring services (DCGM, nvsm, a display server) are the usual ones. Stop them, then try again.'
  return `${pids.length === 1 ? 'Process' : 'Processes'} ${pids.join(', ')} ${pids.length === 1 ? 'uses' : 'use'} it. Wait for the end or stop ${pids.length === 1 ? 'it' : 'them'}, then try again.`
}

/** The answer's value. Throws the refusal. */
export function insist<T>(nvml: Nvml, doing: string, answer: Answer<T>): T {
  if (!answer.ok)
    throw refusalOf(nvml, doing, answer.code)
  return answer.value
}
