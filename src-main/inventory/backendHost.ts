import type { BackendHost as EnvironmentHost } from '../runtime/backendEnvironment'
import type { BackendHost } from './backends'
import type { HostCpu } from './cpu'
import { readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { swiftShaderFolder, wantsSwiftShader } from '../runtime/backendEnvironment'
import { readRuntimeFiles } from '../runtime/worker/backends/installed'
import { vulkanDrivers } from './backends'

/** What backends find on this host: for the list of them, and for the environment of workers. `cache` is the set-up's folder. */
export function readBackendHost(cache: string, cpu: HostCpu, gpus: readonly string[]): { readonly list: BackendHost, readonly environment: EnvironmentHost } {
  const swiftShader = swiftShaderFolder([dirname(process.execPath), ...electronsIn(join(cache, 'electron'))])
  return {
    list: {
      files: readRuntimeFiles(),
      cpu: `${cpu.cores} cores of ${cpu.model}`,
      gpus,
      vulkanDrivers: vulkanDrivers(process.env),
      swiftShader: swiftShader !== null && wantsSwiftShader(process.env),
    },
    environment: { swiftShader, env: process.env },
  }
}

function electronsIn(folder: string): string[] {
  try {
    return readdirSync(folder).map(name => join(folder, name))
  }
  catch {
    return []
  }
}
