import type { JobSummary } from '@contract/model'
import { computed } from 'vue'
import { needWords } from '../need'
import { useCatalog } from '../stores/catalog'
import { useDevices } from '../stores/devices'

/** Names for what a job points at: its model, and the slice that it runs or ran on or asks for. */
export function useJobWords(job: () => JobSummary) {
  const catalog = useCatalog()
  const devices = useDevices()
  const deviceName = (id: string) => devices.byId(id)?.name ?? id

  const modelName = computed(() => catalog.nameOf(job().model))
  const sliceName = computed(() => {
    const { slice, request } = job()
    if (slice)
      return `${slice.profile} · ${deviceName(slice.device)}`
    const wanted = [request.profile ?? (request.need ? needWords(request.need) : 'any slice'), request.device && deviceName(request.device)].filter(Boolean)
    return `asks for ${wanted.join(' on ')}`
  })

  return { modelName, sliceName, deviceName }
}
