import type { Kernel } from './kernel'
import { Buffer } from 'node:buffer'
import { closeSync, fstatSync, openSync } from 'node:fs'
import { ownSyscalls } from './syscalls'

/** Rights to files, and from which version of Landlock's interface on each can be withheld (linux/landlock.h). */
const rights = {
  execute: { bit: 0, since: 1, ofFiles: true },
  writeFile: { bit: 1, since: 1, ofFiles: true },
  readFile: { bit: 2, since: 1, ofFiles: true },
  readFolder: { bit: 3, since: 1, ofFiles: false },
  removeFolder: { bit: 4, since: 1, ofFiles: false },
  removeFile: { bit: 5, since: 1, ofFiles: false },
  makeCharacterDevice: { bit: 6, since: 1, ofFiles: false },
  makeFolder: { bit: 7, since: 1, ofFiles: false },
  makeFile: { bit: 8, since: 1, ofFiles: false },
  makeSocket: { bit: 9, since: 1, ofFiles: false },
  makePipe: { bit: 10, since: 1, ofFiles: false },
  makeBlockDevice: { bit: 11, since: 1, ofFiles: false },
  makeLink: { bit: 12, since: 1, ofFiles: false },
  moveBetweenFolders: { bit: 13, since: 2, ofFiles: false },
  truncate: { bit: 14, since: 3, ofFiles: true },
  controlDevice: { bit: 15, since: 5, ofFiles: true },
  connectToSocket: { bit: 16, since: 9, ofFiles: true },
} as const

type Right = keyof typeof rights

/** What may be done with a path and all that lies under it. Nothing may ever be executed. */
const uses = {
  read: ['readFile', 'readFolder'],
  write: ['readFile', 'readFolder', 'writeFile', 'truncate', 'removeFolder', 'removeFile', 'makeFolder', 'makeFile', 'connectToSocket'],
  device: ['readFile', 'readFolder', 'writeFile', 'controlDevice'],
} as const satisfies Readonly<Record<string, readonly Right[]>>

export type Grants = Readonly<Record<keyof typeof uses, readonly string[]>>

/** From this version on the kernel confines all threads of a process at once. */
const allThreadsSince = 8
export const restrictAllThreads = 1 << 3

const askVersion = 1
const askErrata = 2
/** Number 2 in the kernel's list of errata: threads of one process could not signal each other. */
const signalErratum = 1 << 1
const rulePathBeneath = 1
const openPathOnly = 0o10000000
const networkSince = 4
const scopesSince = 6
const tcp = { bind: 1n, connect: 2n }
const scopes = { abstractSockets: 1n, signals: 2n }

/** Version of Landlock's interface, or minus the error's number: the kernel has none, or a container forbids the question. */
export function landlockVersion(kernel: Kernel): number {
  return kernel.call(ownSyscalls(kernel.arch).landlock_create_ruleset, 0, 0, askVersion)
}

export function confinesAllThreads(version: number): boolean {
  return version >= allThreadsSince
}

/**
 * Opens a rule set that withholds every right that this version knows, but for the grants. Paths that do not exist are
 * left out. Returns its file descriptor, or minus the error's number. The caller closes it.
 */
export function openRuleset(kernel: Kernel, version: number, grants: Grants): number {
  const numbers = ownSyscalls(kernel.arch)
  const handled = handledRights(version)
  const attributes = rulesetAttributes(version, handled, threadsMaySignal(kernel, version))
  const ruleset = kernel.call(numbers.landlock_create_ruleset, kernel.addressOf(attributes), attributes.length, 0)
  if (ruleset < 0)
    return ruleset
  for (const use of Object.keys(uses) as (keyof typeof uses)[]) {
    for (const path of grants[use])
      addRule(kernel, ruleset, path, uses[use], handled)
  }
  return ruleset
}

/** A path that cannot be opened cannot be granted either, which is the safe side. */
function addRule(kernel: Kernel, ruleset: number, path: string, wanted: readonly Right[], handled: bigint): void {
  let file: number
  try {
    file = openSync(path, openPathOnly)
  }
  catch {
    return
  }
  try {
    const isFolder = fstatSync(file).isDirectory()
    const attributes = Buffer.alloc(12)
    attributes.writeBigUInt64LE(bits(wanted.filter(right => isFolder || rights[right].ofFiles)) & handled, 0)
    attributes.writeInt32LE(file, 8)
    kernel.call(ownSyscalls(kernel.arch).landlock_add_rule, ruleset, rulePathBeneath, kernel.addressOf(attributes), 0)
  }
  finally {
    closeSync(file)
  }
}

function handledRights(version: number): bigint {
  return bits((Object.keys(rights) as Right[]).filter(right => rights[right].since <= version))
}

function bits(of: readonly Right[]): bigint {
  return of.reduce((all, right) => all | 1n << BigInt(rights[right].bit), 0n)
}

/** `struct landlock_ruleset_attr`, as long as this version knows it. */
function rulesetAttributes(version: number, handled: bigint, withSignals: boolean): Buffer {
  const attributes = Buffer.alloc(version >= scopesSince ? 24 : version >= networkSince ? 16 : 8)
  attributes.writeBigUInt64LE(handled, 0)
  if (version >= networkSince)
    attributes.writeBigUInt64LE(tcp.bind | tcp.connect, 8)
  if (version >= scopesSince)
    attributes.writeBigUInt64LE(withSignals ? scopes.abstractSockets | scopes.signals : scopes.abstractSockets, 16)
  return attributes
}

/** Where each thread is confined on its own, one may signal another only in kernels that have this erratum mended. */
function threadsMaySignal(kernel: Kernel, version: number): boolean {
  const errata = kernel.call(ownSyscalls(kernel.arch).landlock_create_ruleset, 0, 0, askErrata)
  return confinesAllThreads(version) || (errata > 0 && (errata & signalErratum) !== 0)
}
