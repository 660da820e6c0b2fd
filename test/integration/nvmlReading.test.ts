import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { healthOf } from '../../src-main/inventory/nvml/health'
import { a100, compileStub, startStub, t4, whyNoStub } from '../helpers/nvmlStub'
import { tempDir } from '../helpers/tempDir'

const why = whyNoStub()
const stub = compileStub()

async function devices({ client }: ReturnType<typeof startStub>) {
  const reading = await client.read()
  if (!reading.found)
    throw new Error(reading.detail)
  return reading
}

describe.skipIf(why !== null)(`NVML is read${why ? ` (skipped: ${why})` : ''}`, () => {
  it('with everything that the driver tells of each GPU', async () => {
    const nvml = startStub(stub('new'))
    nvml.behave('process 1 4711 2048 -1', 'process 1 4712 -1 -1')
    const reading = await devices(nvml)
    expect(reading).toMatchObject({ driverVersion: '570.86.15', problems: [] })
    expect(reading.devices).toMatchObject([
      {
        index: 0,
        uuid: a100,
        name: 'NVIDIA A100-SXM4-80GB',
        pciDeviceId: '0x20B210DE',
        memoryMiB: { total: 81920, used: 20 },
        utilisation: 0.37,
        temperatureC: 41,
        powerW: 63.421,
        eccErrors: 2,
        processes: [],
        mig: { capable: true, enabled: false, pending: false },
        instances: [],
        vgpuTypes: null,
      },
      {
        index: 1,
        uuid: t4,
        name: 'Tesla T4',
        pciDeviceId: '0x1EB810DE',
        processes: [{ pid: 4711, memoryMiB: 2048, instanceId: null }, { pid: 4712, memoryMiB: null, instanceId: null }],
        mig: { capable: false, enabled: false, pending: false },
        profiles: null,
        vgpuTypes: [{ name: 'T4-16C', frameBufferMiB: 16384, maxInstances: 1 }, { name: 'T4-8C', frameBufferMiB: 8192, maxInstances: 2 }],
      },
    ])
    const profiles = reading.devices[0].profiles ?? []
    expect(profiles.map(({ id, name }) => `${id} ${name}`)).toEqual(['19 1g.10gb', '14 2g.20gb', '9 3g.40gb', '5 4g.40gb', '0 7g.80gb', '20 1g.10gb+me', '15 1g.20gb'])
    expect(profiles[1]).toEqual({ id: 14, name: '2g.20gb', computeSlices: 2, memoryMiB: 19968, sm: 28, maxInstances: 3, starts: [0, 2, 4], size: 2, engines: { copy: 2, nvdec: 1, nvenc: 0, nvjpg: 0, ofa: 0 } })
  })

  it('with every process, however many there are', async () => {
    const nvml = startStub(stub('new'))
    nvml.behave(...Array.from({ length: 64 }, (_, i) => `process 1 ${1000 + i} 10 -1`))
    const [, device] = (await devices(nvml)).devices
    expect(device.processes).toHaveLength(64)
    expect(healthOf(device, 'device_1', 5)).toMatchObject({ device: 'device_1', atMs: 5, memoryUsedMiB: 20, utilisation: 0.37, temperatureC: 52, powerW: 26.8, eccErrors: 0 })
    expect(healthOf(device, 'device_1', 5).processes[63]).toEqual({ pid: 1063, memoryMiB: 10 })
    expect(healthOf({ ...device, memoryMiB: null, processes: null, temperatureC: null }, 'device_1', 5)).toMatchObject({ memoryUsedMiB: null, temperatureC: null, processes: [] })
  })

  it('with instances, their compute instances and their MIG names', async () => {
    const nvml = startStub(stub('new'))
    nvml.cutOutside('mig 1 1', 'gi 3 9 4 4', 'gi 1 19 0 1', 'ci 3 0 0 0', 'ci 3 1 1 1', 'ci 1 0 0 0')
    nvml.behave('process 0 99 512 3')
    const [device] = (await devices(nvml)).devices
    expect(device).toMatchObject({ mig: { enabled: true }, utilisation: null, processes: [{ pid: 99, memoryMiB: 512, instanceId: 3 }] })
    expect(device.instances).toEqual([
      { profileId: 19, instanceId: 1, start: 0, size: 1, computeInstances: [{ id: 0, slices: 1, start: 0 }], migUuids: ['MIG-00000008-0000-4000-8000-000000000001'] },
      { profileId: 9, instanceId: 3, start: 4, size: 4, computeInstances: [{ id: 0, slices: 1, start: 0 }, { id: 1, slices: 2, start: 1 }], migUuids: ['MIG-00000018-0000-4000-8000-000000000003', 'MIG-00000019-0000-4000-8000-000000000003'] },
    ])
  })

  it('without what a function refuses: that is null, a problem says so, and the rest is there', async () => {
    const nvml = startStub(stub('new'))
    nvml.behave('fail nvmlDeviceGetTemperature 3', 'fail nvmlDeviceGetGpuInstancePossiblePlacements_v2 4', 'fail nvmlSystemGetDriverVersion 999', 'fail nvmlDeviceGetMigMode 4')
    const reading = await devices(nvml)
    expect(reading).toMatchObject({ driverVersion: null, devices: [{ temperatureC: null, powerW: 63.421, mig: null, profiles: null, instances: null }, { temperatureC: null }] })
    expect(reading.problems).toEqual(expect.arrayContaining(['Driver version: Unknown Error', 'GPU 0, temperature: Not Supported', 'GPU 0, MIG mode: Insufficient Permissions']))
    nvml.behave('fail nvmlDeviceGetGpuInstancePossiblePlacements_v2 4')
    const again = await devices(nvml)
    expect(again.devices[0].profiles?.[0]).toMatchObject({ id: 19, starts: null, size: null, memoryMiB: 9856 })
    expect(again.problems).toContain('GPU 0, places of MIG profile 19: Insufficient Permissions')
  })

  it('without a GPU that is lost, and the others are there', async () => {
    const nvml = startStub(stub('new'))
    nvml.behave('lost 0')
    const reading = await devices(nvml)
    expect(reading.devices.map(({ uuid }) => uuid)).toEqual([t4])
    expect(reading.problems).toEqual(['GPU 0: GPU is lost'])
  })

  it.each([
    ['knows version 2 of the structures but not 3', 'new', 'newest 2', '1g.10gb', 20],
    ['refuses every versioned structure', 'new', 'newest 1', null, 600],
    ['has none of the later functions', 'old', '', null, 600],
  ] as const)('from a driver that %s', async (_, kind, behaviour, name, usedMiB) => {
    const nvml = startStub(stub(kind))
    nvml.behave(behaviour, 'process 1 77 128 -1')
    nvml.cutOutside('mig 1 1', 'gi 1 9 4 4', 'ci 1 0 2 0')
    const { devices: [cut, whole], problems } = await devices(nvml)
    expect(problems).toEqual(['GPU 0, utilisation: Not Supported'])
    expect(cut.memoryMiB).toEqual({ total: 81920, used: usedMiB })
    expect(cut.profiles?.[0]).toMatchObject({ id: 19, name, memoryMiB: 9856, sm: 14, starts: [0, 1, 2, 3, 4, 5, 6] })
    expect(cut.instances).toMatchObject([{ profileId: 9, start: 4, size: 4, computeInstances: [{ id: 0, slices: 3, start: kind === 'old' ? null : 0 }] }])
    expect(whole.processes).toMatchObject([{ pid: 77, memoryMiB: 128 }])
  })

  it('as not found where the library is absent, is no library, or finds no driver; and found once there is one', async () => {
    const absent = startStub(stub('new'), { library: join(tempDir(), 'absent.so') })
    expect(await absent.client.read()).toEqual({ found: false, detail: expect.stringMatching(/absent\.so cannot be loaded: .*Install the NVIDIA driver/) })
    const garbage = join(tempDir(), 'garbage.so')
    writeFileSync(garbage, Buffer.alloc(5000, 'garbage'))
    const broken = startStub(stub('new'), { library: garbage })
    expect(await broken.client.read()).toEqual({ found: false, detail: expect.stringContaining('garbage.so') })
    const nvml = startStub(stub('new'))
    nvml.behave('fail nvmlInit_v2 9')
    expect(await nvml.client.read()).toEqual({ found: false, detail: expect.stringContaining('Driver Not Loaded') })
    nvml.behave()
    expect(await nvml.client.read()).toMatchObject({ found: true })
    expect([...absent.faults, ...broken.faults, ...nvml.faults]).toEqual([])
  })

  it('as not found from another library, which has none of the functions', async () => {
    const other = startStub(stub('new'), { library: 'libm.so.6' })
    expect(await other.client.read()).toEqual({ found: false, detail: expect.stringContaining('Function not found') })
  })
})
