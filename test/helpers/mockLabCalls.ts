import type { Handlers } from '../../src-main/contract/router'
import type { MockState } from './mockState'
import { TrancheError } from '../../src-main/contract/errors'
import { mockDevice, mockModels, mockProfiles } from './mockSlicing'
import { mockGrant, mockHealth, mockImport } from './mockSmi'
import { mockBackends, mockEstimate, mockIsolation, useNow } from './mockUse'

/** Calls about the mock lab itself, its devices, their holders and its catalog. */
export function mockLabCalls(state: MockState) {
  const { scenario, now, devices, jobs, catalog, changed, device, putDevice } = state
  return {
    'lab.info': () => {
      if (scenario === 'down')
        throw new TrancheError('state_damaged', 'The database of the state folder cannot be read. Restore it from its backup with `tranche doctor --restore`.')
      return { version: '0.1.0', stateDir: '/home/admin/.local/share/tranche', pid: 48_213, startedAtMs: now() - 37 * 60_000, owner: 'app', runtime: { electron: '33.2.1', chromium: '130.0.6723.137', node: '20.18.1', source: 'package', detail: 'Electron 45.4.1 could not be downloaded' }, onnxruntime: '1.30.0', sqlite: '3.53.0', platform: 'linux x64', firstUse: jobs.length === 0, recovered: null }
    },
    'lab.isolation': () => mockIsolation,
    'backends.list': () => [...mockBackends],
    'models.estimate': asked => mockEstimate(devices, asked),
    'doctor.run': () => ({ ok: false, checks: [{ name: 'database', ok: true, detail: 'integrity check passed' }, { name: 'leases', ok: true, detail: 'no two live leases overlap' }, { name: 'disk', ok: false, detail: '212 MiB are free, 500 MiB are wanted' }] }),
    'devices.list': () => [...devices],
    'devices.use': () => scenario === 'bare' ? [] : useNow(now()),
    'devices.health': () => mockHealth(devices, now()),
    'devices.label': ({ id, label }) => putDevice({ ...device(id), label }),
    'lab.models': mockModels,
    'lab.add': ({ model, count, mode, settings, layout, label }) => {
      const profiles = mockProfiles({ model, mode })
      const cuts = (layout ?? [{ profile: profiles.profiles[0]?.name ?? 'passthrough' }]).map(({ profile, start }) => ({ profile, start: start ?? 0 }))
      const added = Array.from({ length: count }, (_, index) => mockDevice(`dev_${profiles.model}_${devices.length + index}`, `Virtual ${profiles.name.replace('NVIDIA ', '')} ${devices.length + index}`, profiles.model, profiles.mode, cuts, { label: label ?? null, settings: settings ?? {} }))
      devices.push(...added)
      changed(['devices'])
      return added
    },
    'lab.remove': ({ id }) => {
      const of = device(id)
      const holders = of.slices.flatMap(slice => slice.lease?.holder ?? [])
      if (holders.length > 0)
        throw new TrancheError('in_use', `${of.name} cannot be removed: ${holders.length} of its slices are leased to jobs. Cancel them or wait until they end.`, { details: { holders } })
      devices.splice(devices.indexOf(of), 1)
      changed(['devices'])
      return { id }
    },
    'leases.list': () => devices.flatMap(({ id, name, slices }) => slices.flatMap(({ lease, id: slice, profile, start, size }) => lease ? [{ ...lease, slices: [{ slice, device: id, deviceName: name, profile, start, size }] }] : [])),
    'leases.grant': (asked) => {
      const { device, lease } = mockGrant(devices, asked, now())
      putDevice(device)
      return lease
    },
    'leases.renew': ({ id }) => {
      throw new TrancheError('not_found', `There is no lease ${id}.`)
    },
    'leases.release': ({ id }) => {
      const of = devices.find(({ slices }) => slices.some(({ lease }) => lease?.id === id))
      if (!of)
        throw new TrancheError('not_found', `There is no lease ${id}.`)
      putDevice({ ...of, slices: of.slices.map(slice => slice.lease?.id === id ? { ...slice, lease: null } : slice) })
      return { id }
    },
    'smi.import': mockImport,
    'catalog.list': () => catalog,
    'catalog.pull': ({ id }) => {
      const at = catalog.findIndex(entry => entry.id === id)
      let progress = 0
      const timer = setInterval(() => {
        progress += 0.1
        catalog[at] = { ...catalog[at], progress: Math.min(1, progress), error: null, state: progress >= 1 ? 'ready' : 'pulling' }
        if (progress >= 1)
          clearInterval(timer)
        changed(['catalog'])
      }, 300)
      return catalog[at]
    },
  } satisfies Partial<Handlers>
}
