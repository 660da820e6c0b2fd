import type { Device } from '../../src-main/contract/model'
import type { Handlers } from '../../src-main/contract/router'
import type { MockState } from './mockState'
import { TrancheError } from '../../src-main/contract/errors'
import { basisOf, carriedOut, mockLayouts, mockOffers, mockPlan, mockProfiles } from './mockSlicing'

/** Calls about layouts and their changes, over the mock lab's devices. */
export function mockLayoutCalls({ devices, device, putDevice }: MockState) {
  const undo = new Map<string, Device>()
  return {
    'profiles.list': mockProfiles,
    'layouts.list': mockLayouts,
    'slices.offers': wish => mockOffers(device(wish.device), wish),
    'slices.explain': ({ profile }) => ({ fits: false, start: null, starts: [], rule: 'overlap', message: `${profile} does not fit.`, blockedBy: [], smallestChange: [] }),
    'slices.plan': wish => mockPlan(device(wish.device), wish),
    'slices.apply': ({ basis, moveJobs, ...wish }) => {
      const before = device(wish.device)
      if (basis !== undefined && basis !== basisOf(before))
        throw new TrancheError('conflict', `The layout of ${before.name} has changed since this plan was made. Look at the new plan, then apply that.`)
      const plan = mockPlan(before, wish)
      if (plan.blocked && !(moveJobs && plan.holders.every(holder => holder.startsWith('job_'))))
        throw new TrancheError('in_use', plan.blocked, { details: { holders: plan.holders } })
      undo.set(before.id, before)
      return { plan, device: putDevice(carriedOut(before, plan, wish)) }
    },
    'slices.destroy': ({ slice, device: id }) => {
      const of = devices.find(each => each.id === id || each.slices.some(own => own.id === slice))
      if (!of)
        throw new TrancheError('not_found', 'There is no such slice or device.')
      return putDevice({ ...of, slices: slice === undefined ? [] : of.slices.filter(own => own.id !== slice && own.parentId !== slice) })
    },
    'slices.undo': ({ device: id, dry }) => {
      const now = device(id)
      const before = undo.get(id)
      if (!before)
        throw new TrancheError('conflict', `There is no change of ${now.name} to take back.`)
      const plan = mockPlan(now, { device: id, mode: before.mode, settings: before.settings, layout: before.slices.filter(({ parentId }) => parentId === null).map(({ profile, start }) => ({ profile, start })) })
      return { plan, device: dry ? now : putDevice({ ...before, canUndo: false }) }
    },
    'layouts.export': ({ format, devices: ids }) => {
      const chosen = devices.filter(({ id }) => !ids || ids.includes(id))
      if (format === 'vsphere' && chosen.some(({ mode }) => mode === 'shared'))
        throw new TrancheError('unsupported', 'vSphere has no words for a device in shared mode. Cut it as vGPU, or export another format.')
      const text = (comment: string) => chosen.map(({ name, slices }) => `${comment} ${name}\n${slices.map(({ profile, start }) => `- ${profile}@${start}`).join('\n')}\n`).join('\n')
      return { files: format === 'slurm' ? [{ name: 'gres.conf', text: text('#') }, { name: 'slurm.conf', text: 'GresTypes=gpu\n' }] : [{ name: format === 'nvidia-smi' ? 'cut.sh' : 'config.yaml', text: text('#') }], notes: ['Virtual GPUs are written as the cards that they stand for.'] }
    },
  } satisfies Partial<Handlers>
}
