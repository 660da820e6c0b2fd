import type { Grants } from './landlock'
import { existsSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { delimiter, dirname, join, sep } from 'node:path'
import process from 'node:process'

/** Where systems keep libraries, and what those read. Of `/etc` only what is no secret. */
const systemFiles = [
  '/usr',
  '/lib',
  '/lib32',
  '/lib64',
  '/nix/store',
  '/opt/cuda',
  '/opt/nvidia',
  '/opt/rocm',
  '/etc/ld.so.cache',
  '/etc/ld.so.conf',
  '/etc/ld.so.conf.d',
  '/etc/ld-musl-x86_64.path',
  '/etc/ld-musl-aarch64.path',
  '/etc/localtime',
  '/etc/timezone',
  '/etc/nsswitch.conf',
  '/etc/passwd',
  '/etc/fonts',
  '/etc/OpenCL',
  '/etc/vulkan',
  '/etc/glvnd',
  '/etc/nvidia',
  '/etc/nvidia-container-runtime',
]

/** What ONNX Runtime and the drivers learn of processors and GPUs from. */
const hostFacts = [
  '/proc/self',
  '/proc/cpuinfo',
  '/proc/meminfo',
  '/proc/stat',
  '/proc/version',
  '/proc/devices',
  '/proc/modules',
  '/proc/driver/nvidia',
  '/proc/sys/vm',
  '/proc/sys/kernel',
  '/sys/devices',
  '/sys/fs/cgroup',
  '/sys/bus/pci',
  '/sys/class/drm',
  '/sys/class/kfd',
  '/sys/dev/char',
  '/sys/module',
  '/sys/kernel/mm',
]

const deviceFiles = [
  '/dev/null',
  '/dev/zero',
  '/dev/full',
  '/dev/random',
  '/dev/urandom',
  '/dev/dri',
  '/dev/kfd',
  '/dev/dxg',
]

/**
 * What a worker needs besides the files of its job: the runtime with its libraries, this application, the system's
 * libraries, and the GPUs.
 *
 * @param here folder of the running code, inside the application
 */
export function runtimeFiles(here: string, env: NodeJS.ProcessEnv = process.env): Grants {
  return {
    read: [
      ...systemFiles,
      ...hostFacts,
      ...(env.LD_LIBRARY_PATH ?? '').split(delimiter).filter(Boolean),
      ...(env.CUDA_PATH ? [env.CUDA_PATH] : []),
      dirname(process.execPath),
      ...applicationFiles(here),
      ...modulesFolder(),
    ],
    // A thread's name is written by another thread of its process.
    write: ['/proc/self/task'],
    device: [...deviceFiles, ...nvidiaDevices()],
  }
}

/** One a GPU, and those that all share: control, memory, MIG instances. */
function nvidiaDevices(): string[] {
  return readdirSync('/dev').filter(name => name.startsWith('nvidia')).map(name => join('/dev', name))
}

/** The application's own files, without whatever else lies in its folder. */
function applicationFiles(here: string): string[] {
  let folder = here
  while (!existsSync(join(folder, 'package.json'))) {
    if (dirname(folder) === folder)
      return [here]
    folder = dirname(folder)
  }
  return [here, ...['package.json', 'out', 'resources'].map(name => join(folder, name))]
}

/** The outermost `node_modules` that the libraries lie in. */
function modulesFolder(): string[] {
  const library = createRequire(import.meta.url).resolve('koffi')
  const end = library.indexOf(`${sep}node_modules${sep}`)
  return end < 0 ? [] : [join(library.slice(0, end), 'node_modules')]
}
