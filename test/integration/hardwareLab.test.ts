import { describe, expect, it } from 'vitest'
import { compileStub, startStub, whyNoStub } from '../helpers/nvmlStub'
import { serve } from '../helpers/serve'
import { tempDir } from '../helpers/tempDir'

const why = whyNoStub()
const stub = compileStub()

/** A lab over a stand-in for the driver with an A100 80GB and a T4. */
async function labWithGpus(behaviour: readonly string[] = []) {
  const driver = startStub(stub('new'))
  driver.behave(...behaviour)
  const stateDir = tempDir()
  const open = () => serve(stateDir, { TRANCHE_NVML: driver.library })
  const lab = await open()
  const gpu = async (client = lab.client) => {
    const device = (await client.call('devices.list', {})).find(({ kind, model }) => kind === 'gpu' && model === 'A100-80GB')
    if (!device)
      throw new Error('there is no A100 in the lab')
    return device
  }
  return { ...lab, driver, open, gpu }
}

describe.skipIf(why !== null)(`a lab with real GPUs${why ? ` (skipped: ${why})` : ''}`, () => {
  it('knows them by their tables, plans by what the driver says, and cuts them', async () => {
    const { client, driver, gpu, stop } = await labWithGpus(['lie-memory 9 40000'])
    const { id, modes, slices } = await gpu()
    expect(modes).toEqual(['passthrough', 'mig', 'shared'])
    expect(slices).toMatchObject([{ profile: 'passthrough' }])
    const wish = { device: id, mode: 'mig' as const, layout: [{ profile: '3g.40gb', start: 4, compute: [1, 2] }, { profile: '1g.10gb' }] }
    const plan = await client.call('slices.plan', wish)
    expect(plan.commands).toEqual(expect.arrayContaining(['nvidia-smi -i 0 -mig 1', 'nvidia-smi mig -i 0 -cgi 9:4']))
    expect(driver.cut()).toEqual([])
    const { device } = await client.call('slices.apply', { ...wish, basis: plan.basis })
    expect(device.slices.filter(({ parentId }) => parentId === null)).toMatchObject([{ profile: '1g.10gb' }, { profile: '3g.40gb', start: 4, memoryMiB: 40000 }])
    expect(driver.cut()).toHaveLength(5)
    await client.call('slices.undo', { device: id })
    expect(driver.cut()).toEqual([])
    expect(await gpu()).toMatchObject({ mode: 'passthrough', unfinishedChange: null })
    expect((await client.call('devices.health', {})).find(health => health.device === id)).toMatchObject({ temperatureC: expect.any(Number) })
    expect((await client.call('doctor.run', {})).checks.find(({ name }) => name === 'driver and tables')?.detail).toContain('3g.40gb: memoryGiB is 39.06 by the driver and 39.25 in the table')
    await stop()
  })

  it('takes a change back that the driver refuses half way', async () => {
    const { client, driver, gpu, stop } = await labWithGpus()
    const { id } = await gpu()
    await client.call('slices.apply', { device: id, mode: 'mig', layout: [{ profile: '2g.20gb', start: 0 }] })
    driver.behave('fail nvmlGpuInstanceCreateComputeInstance 19')
    await expect(client.call('slices.apply', { device: id, layout: [{ profile: '2g.20gb', start: 0 }, { profile: '3g.40gb', start: 4 }] })).rejects.toThrow()
    driver.behave()
    expect(driver.cut()).toHaveLength(2)
    expect(await gpu()).toMatchObject({ slices: [{ profile: '2g.20gb' }], unfinishedChange: null })
    await stop()
  })

  it('finishes a change in which it was killed', async () => {
    const { client, driver, gpu, kill, open } = await labWithGpus()
    const { id } = await gpu()
    await client.call('slices.apply', { device: id, mode: 'mig', layout: [{ profile: '1g.10gb', start: 6 }] })
    driver.behave('hang nvmlGpuInstanceCreateComputeInstance')
    const unanswered = client.call('slices.apply', { device: id, layout: [{ profile: '1g.10gb', start: 6 }, { profile: '3g.40gb', start: 0 }] }).catch(() => 'cut off')
    // The GPU instance is there, and its compute instance is not: the worst moment to die.
    await expect.poll(() => driver.cut().length, { timeout: 15_000 }).toBe(3)
    expect((await gpu()).unfinishedChange).toBe('0 of 1 steps are done')
    await kill()
    expect(await unanswered).toBe('cut off')
    driver.behave()
    const again = await open()
    await expect.poll(async () => (await gpu(again.client)).unfinishedChange, { timeout: 15_000 }).toBeNull()
    expect((await gpu(again.client)).slices).toMatchObject([{ profile: '3g.40gb', start: 0 }, { profile: '1g.10gb', start: 6 }])
    expect(driver.cut()).toHaveLength(4)
    expect((await again.client.call('doctor.run', {})).checks.filter(({ ok }) => !ok)).toEqual([])
    await again.stop()
  })

  it('keeps what is wanted through a reboot, and puts it back when told', async () => {
    const { client, driver, gpu, stop, open } = await labWithGpus()
    const { id } = await gpu()
    const layout = [{ profile: '4g.40gb', start: 0 }, { profile: '3g.40gb', start: 4 }]
    await client.call('slices.apply', { device: id, mode: 'mig', layout })
    await stop()
    driver.forget()
    const again = await open()
    await expect.poll(async () => (await gpu(again.client)).unfinishedChange, { timeout: 15_000 }).toContain('0 instances where 2 are wanted')
    await again.client.call('slices.apply', { device: id, layout })
    expect(driver.cut()).toHaveLength(4)
    expect(await gpu(again.client)).toMatchObject({ unfinishedChange: null })
    await again.stop()
  })

  it('opens beside a driver that never answers', async () => {
    const { client, stop } = await labWithGpus(['hang nvmlDeviceGetCount_v2'])
    expect((await client.call('devices.list', {})).map(({ kind }) => kind)).toEqual(['virtual-gpu', 'cpu'])
    expect((await client.call('doctor.run', {})).checks.find(({ name }) => name === 'GPUs')?.detail).toContain('has not answered')
    await stop()
  })

  it('takes up the instances of a GPU that was cut before it came', async () => {
    const driver = startStub(stub('new'))
    driver.cutOutside('mig 1 1', 'gi 1 14 0 2', 'ci 1 0 1 0')
    const lab = await serve(tempDir(), { TRANCHE_NVML: driver.library })
    expect((await lab.client.call('devices.list', {})).find(({ name }) => name.includes('A100') && !name.includes('Virtual'))).toMatchObject({ mode: 'mig', slices: [{ profile: '2g.20gb', start: 0 }] })
    await lab.stop()
  })
})
