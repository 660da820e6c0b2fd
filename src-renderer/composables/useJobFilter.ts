import type { JobState, JobSummary } from '@contract/model'
import { computed, shallowRef } from 'vue'

// Kept while the window is open, so that going back from a job shows the same list.
const states = shallowRef<readonly JobState[]>([])
const text = shallowRef('')

/** Whether a job has the text in its title, id, recipe, model, profile or device. */
export function jobHasText(job: JobSummary, wanted: string): boolean {
  const hay = [job.title, job.id, job.recipe, job.model, job.slice?.profile ?? job.request.profile, job.slice?.device ?? job.request.device]
  return hay.some(part => part?.toLowerCase().includes(wanted))
}

/** Jobs by state (none chosen means all) and by text. */
export function useJobFilter(jobs: () => readonly JobSummary[]) {
  const shown = computed(() => {
    const wanted = text.value.trim().toLowerCase()
    const chosen = states.value
    return jobs().filter(job => (chosen.length === 0 || chosen.includes(job.state)) && (wanted === '' || jobHasText(job, wanted)))
  })

  function clear() {
    states.value = []
    text.value = ''
  }

  return { states, text, shown, clear }
}
