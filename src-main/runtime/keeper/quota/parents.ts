import { accessSync, constants, existsSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

/** A folder in which groups with a limit of processor time can be made, and how the limit is written there. */
export interface QuotaParent {
  readonly folder: string
  readonly version: 1 | 2
  /** The group of this process, to which workers go back. */
  readonly own: string
}

export interface CgroupFiles {
  /** Where the host keeps its control groups: `/sys/fs/cgroup`. */
  readonly root: string
  /** Says in which groups this process is: `/proc/self/cgroup`. */
  readonly own: string
}

export const systemFiles: CgroupFiles = { root: '/sys/fs/cgroup', own: '/proc/self/cgroup' }

/** Finds where this process may make groups with a limit; or why it cannot, in words. */
export function findQuotaParent(files: CgroupFiles = systemFiles): QuotaParent | { readonly why: string } {
  try {
    const groups = ownGroups(readFileSync(files.own, 'latin1'))
    return existsSync(join(files.root, 'cgroup.controllers')) ? versionTwo(files.root, groups) : versionOne(files.root, groups)
  }
  catch {
    return { why: 'this system has no control groups' }
  }
}

/** Group of this process by controller; that of version 2 is under ''. A line is `number:controllers:path` (cgroups(7)). */
function ownGroups(text: string): ReadonlyMap<string, string> {
  return new Map(text.trim().split('\n').flatMap((line) => {
    const [, controllers = '', ...path] = line.split(':')
    return controllers.split(',').map(controller => [controller, path.join(':')] as const)
  }))
}

function versionOne(root: string, groups: ReadonlyMap<string, string>): QuotaParent | { readonly why: string } {
  // In a container the path is the host's, and the controller's own folder is where the container begins.
  const places = [join(root, 'cpu', groups.get('cpu') ?? '/'), join(root, 'cpu')].filter(existsSync)
  const folder = places.find(place => isWritable(join(place, 'cpu.cfs_quota_us')) || (isWritable(place) && existsSync(join(place, 'cpu.cfs_period_us'))))
  return folder === undefined ? { why: 'limits of processor time (cgroup) are for root only on this system' } : { folder, version: 1, own: places[0] ?? folder }
}

/** Groups with processes have no limited groups below, so it is looked for above: the nearest that was handed to this user. */
function versionTwo(root: string, groups: ReadonlyMap<string, string>): QuotaParent | { readonly why: string } {
  const own = join(root, groups.get('') ?? '/')
  let folder = dirname(own)
  while (!relative(root, folder).startsWith('..')) {
    const hasProcessorTime = existsSync(join(folder, 'cgroup.subtree_control')) && readFileSync(join(folder, 'cgroup.subtree_control'), 'latin1').split(/\s+/).includes('cpu')
    if (hasProcessorTime && isWritable(folder) && isWritable(join(folder, 'cgroup.procs')))
      return { folder, version: 2, own }
    if (folder === root)
      break
    folder = dirname(folder)
  }
  return { why: 'no control group with limits of processor time was handed to this user' }
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK)
    return true
  }
  catch {
    return false
  }
}
