import { execFile } from 'node:child_process'

export interface NvidiaGpu {
  readonly uuid: string
  readonly name: string
  readonly memoryMiB: number
}

export type NvidiaSmi
  = | { readonly found: false, readonly detail: string }
    | { readonly found: true, readonly gpus: readonly NvidiaGpu[] }

const query = ['--query-gpu=uuid,name,memory.total', '--format=csv,noheader,nounits']

/** Asks `nvidia-smi` for the GPUs of this host. A missing or failing driver is an answer, not an error. */
export function askNvidiaSmi(command = 'nvidia-smi', timeoutMs = 5000): Promise<NvidiaSmi> {
  return new Promise((resolve) => {
    execFile(command, query, { timeout: timeoutMs, killSignal: 'SIGKILL', windowsHide: true }, (failure, stdout) => {
      if (!failure)
        resolve({ found: true, gpus: parseQuery(stdout) })
      else if (failure.code === 'ENOENT')
        resolve({ found: false, detail: 'nvidia-smi is not installed' })
      else
        resolve({ found: false, detail: failure.killed ? `nvidia-smi did not answer within ${timeoutMs} ms` : `nvidia-smi failed: ${firstLine(stdout) || firstLine(failure.message)}` })
    })
  })
}

/** One line a GPU, as `nvidia-smi --query-gpu --format=csv` prints them; lines of another shape are left out. */
export function parseQuery(output: string): NvidiaGpu[] {
  return output.split('\n').flatMap((line) => {
    const fields = line.split(',').map(field => field.trim())
    const [uuid, name, memory] = fields
    const memoryMiB = Number(memory)
    if (fields.length !== 3 || !uuid.startsWith('GPU-') || !Number.isInteger(memoryMiB) || memoryMiB <= 0)
      return []
    return [{ uuid, name, memoryMiB }]
  })
}

function firstLine(text: string): string {
  return text.trim().split('\n', 1)[0]
}
