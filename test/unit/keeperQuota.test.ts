import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { expect, it } from 'vitest'
import { findQuotaParent } from '../../src-main/runtime/keeper/quota/parents'
import { openQuota } from '../../src-main/runtime/keeper/quota/quota'
import { tempDir } from '../helpers/tempDir'

/** Writes files into a folder that stands for the kernel's control groups. */
function groups(own: string, files: Readonly<Record<string, string>>) {
  const folder = tempDir()
  const root = join(folder, 'cgroup')
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(root, path, '..'), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  writeFileSync(join(folder, 'own'), own)
  return { root, own: join(folder, 'own') }
}

const session = '0::/user.slice/user-1000.slice/user@1000.service/app.slice/app-tranche.scope\n'
const app = 'user.slice/user-1000.slice/user@1000.service/app.slice'

it('finds the nearest group of version 2 above its own that may limit processor time', () => {
  const files = groups(session, {
    'cgroup.controllers': 'cpu memory',
    'cgroup.procs': '',
    'cgroup.subtree_control': 'cpu',
    [`${app}/cgroup.subtree_control`]: 'memory pids cpu\n',
    [`${app}/cgroup.procs`]: '',
    [`${app}/app-tranche.scope/cgroup.subtree_control`]: 'cpu',
    [`${app}/app-tranche.scope/cgroup.procs`]: '',
  })
  expect(findQuotaParent(files)).toEqual({ folder: join(files.root, app), version: 2, own: join(files.root, app, 'app-tranche.scope') })
})

it('says why where no group of version 2 has processor time', () => {
  const files = groups(session, { 'cgroup.controllers': 'cpu memory', [`${app}/cgroup.subtree_control`]: 'memory', [`${app}/cgroup.procs`]: '' })
  expect(findQuotaParent(files)).toEqual({ why: 'no control group with limits of processor time was handed to this user' })
})

it('finds its own group of version 1, or the controller\'s where a container hides it', () => {
  const files = groups('4:memory:/far\n3:cpu,cpuacct:/lab\n0::/\n', { 'cpu/cpu.cfs_quota_us': '-1', 'cpu/lab/cpu.cfs_quota_us': '-1' })
  expect(findQuotaParent(files)).toEqual({ folder: join(files.root, 'cpu', 'lab'), version: 1, own: join(files.root, 'cpu', 'lab') })
  expect(findQuotaParent(groups('3:cpu,cpuacct:/hidden\n', { 'cpu/cpu.cfs_quota_us': '-1' }))).toMatchObject({ version: 1, folder: expect.stringMatching(/cpu$/) })
})

it('says that a system without control groups has none', () => {
  const folder = tempDir()
  const quota = openQuota({ root: join(folder, 'none'), own: join(folder, 'none') })
  expect(quota.why).toBe('this system has no control groups')
  expect(quota.limit(process.pid, 1)).toBe(false)
})

it('writes a limit as each version of control groups wants it', () => {
  const two = groups('0::/lab\n', { 'cgroup.controllers': 'cpu', 'cgroup.subtree_control': 'cpu', 'cgroup.procs': '' })
  expect(openQuota(two).limit(4242, 1.5)).toBe(true)
  const home = `tranche-${process.pid}`
  expect(readFileSync(join(two.root, home, 'cgroup.subtree_control'), 'latin1')).toBe('+cpu')
  expect(readFileSync(join(two.root, home, 'worker-4242', 'cpu.max'), 'latin1')).toBe('30000 20000')
  expect(readFileSync(join(two.root, home, 'worker-4242', 'cpu.weight'), 'latin1')).toBe('150')
  expect(readFileSync(join(two.root, home, 'worker-4242', 'cgroup.procs'), 'latin1')).toBe('4242')

  const one = groups('3:cpu:/\n', { 'cpu/cpu.cfs_quota_us': '-1' })
  expect(openQuota(one).limit(4242, 0.5)).toBe(true)
  expect(readFileSync(join(one.root, 'cpu', home, 'worker-4242', 'cpu.cfs_quota_us'), 'latin1')).toBe('10000')
  expect(readFileSync(join(one.root, 'cpu', home, 'worker-4242', 'cpu.cfs_period_us'), 'latin1')).toBe('20000')
  expect(readFileSync(join(one.root, 'cpu', home, 'worker-4242', 'cpu.shares'), 'latin1')).toBe('512')
})

const real = openQuota()
real.close()

it.skipIf(real.why !== null)('leaves no group behind, not even of a lab that was killed (skipped where this user may make none)', () => {
  const parent = findQuotaParent()
  const folder = 'folder' in parent ? parent.folder : ''
  const noProcess = 2 ** 22 + 1
  mkdirSync(join(folder, `tranche-${noProcess}`, 'worker-1'), { recursive: true })
  const quota = openQuota()
  expect(existsSync(join(folder, `tranche-${noProcess}`))).toBe(false)
  expect(quota.limit(process.pid, 64)).toBe(true)
  expect(existsSync(join(folder, `tranche-${process.pid}`, `worker-${process.pid}`))).toBe(true)
  quota.close()
  expect(existsSync(join(folder, `tranche-${process.pid}`))).toBe(false)
})
