import type { Isolation } from '../contract/model'
import type { Kernel } from './worker/confine/kernel'
import process from 'node:process'
import { openKernel } from './worker/confine/kernel'
import { landlockVersion } from './worker/confine/landlock'
import { ownSyscalls } from './worker/confine/syscalls'

/** Whether one of the means holds; `why` not, as the second half of a sentence. */
export type Wall = { readonly holds: true } | { readonly holds: false, readonly why: string }

export interface Walls {
  /** Landlock. */
  readonly files: Wall
  /** The filter of system calls. */
  readonly calls: Wall
  readonly endsWithLab: boolean
}

export const wall: Wall = { holds: true }

export function noWall(why: string): Wall {
  return { holds: false, why }
}

const seccompIsThere = { operation: 2, action: 0x0005_0000 } as const

/**
 * What will hold for workers on this host, found out without confining the process that asks. What does hold for one
 * worker is what its own `confine` answers. Never throws.
 */
export function isolationOf(): Isolation {
  const opened = openKernel()
  if (!opened.ok)
    return describeIsolation({ files: noWall(opened.why), calls: noWall(opened.why), endsWithLab: false })
  const { kernel } = opened
  const version = landlockVersion(kernel)
  return describeIsolation({
    files: version > 0 ? wall : noWall(`the kernel offers no Landlock (error ${-version})`),
    calls: hasCallFilter(kernel) ? wall : noWall('the kernel, or the container it runs in, offers no filter of system calls'),
    endsWithLab: true,
  })
}

/** Asks whether a filter may refuse calls, which says at once whether there are filters. */
function hasCallFilter(kernel: Kernel): boolean {
  const action = Uint32Array.of(seccompIsThere.action)
  return kernel.call(ownSyscalls(kernel.arch).seccomp, seccompIsThere.operation, 0, kernel.addressOf(new Uint8Array(action.buffer))) === 0
}

/** In words for an admin: what a worker cannot reach, and what it still can. */
export function describeIsolation({ files, calls, endsWithLab }: Walls, platform: NodeJS.Platform = process.platform): Isolation {
  const programs = files.holds || calls.holds
  return {
    files: files.holds,
    network: calls.holds,
    programs,
    endsWithLab,
    detail: [
      ...(platform === 'linux' ? linuxWords(files, calls) : [otherWords(platform)]),
      'Its environment is cleaned, and no database is open in it.',
      endWords(endsWithLab, platform),
    ].join(' '),
  }
}

function linuxWords(files: Wall, calls: Wall): string[] {
  return [
    files.holds
      ? 'A worker reads only the files of its job and of the runtime, and writes only its results (Landlock).'
      : `A worker has the files of the user who runs the lab: ${files.why}.`,
    calls.holds
      ? 'Network, other programs and other processes are refused (seccomp).'
      : `${files.holds ? 'It cannot start programs, but the network is open' : 'Network and programs are open'} to it: ${calls.why}.`,
  ]
}

function otherWords(platform: NodeJS.Platform): string {
  const name = platform === 'darwin' ? 'macOS' : platform === 'win32' ? 'Windows' : platform
  return `On ${name} a worker has the files, the network and the programs of the user who runs the lab. To confine it, run the lab on Linux or as a user of its own.`
}

function endWords(endsWithLab: boolean, platform: NodeJS.Platform): string {
  if (endsWithLab)
    return 'The kernel ends it with the lab, even while it is stopped.'
  const later = platform === 'win32' ? 'one that is suspended at that moment stays until someone ends it' : 'one that is stopped at that moment is ended by the next lab'
  return `It ends by itself soon after the lab; ${later}.`
}
