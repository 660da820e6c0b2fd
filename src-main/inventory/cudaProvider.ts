import { existsSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** Whether ONNX Runtime's CUDA provider lies beside its library: it is fetched only where someone asked for it. */
export function isCudaInstalled(): boolean {
  const bin = join(dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json')), 'bin')
  if (!existsSync(bin))
    return false
  return readdirSync(bin).some((napi) => {
    const folder = join(bin, napi, process.platform, process.arch)
    return existsSync(folder) && readdirSync(folder).some(file => file.includes('providers_cuda'))
  })
}
