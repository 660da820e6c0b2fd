import type { JobQuestion } from '../jobList/question'
import type { SavedView } from '../jobList/savedViews'
import { computed, shallowRef } from 'vue'
import { everyJob } from '../jobList/question'
import { parseViews, readyViews, viewOf, withView } from '../jobList/savedViews'

const key = 'tranche.jobViews'

// Kept while the window is open, so that going back from a job shows the same list.
const question = shallowRef<JobQuestion>(everyJob)
const own = shallowRef<readonly SavedView[]>(parseViews(localStorage.getItem(key)))

/** What the list of jobs asks for, and the views that a person saved. */
export function useJobQuestion() {
  function keep(views: readonly SavedView[]) {
    own.value = views
    localStorage.setItem(key, JSON.stringify(views))
  }

  return {
    question,
    own,
    current: computed(() => viewOf([...readyViews, ...own.value], question.value)),
    ask: (part: Partial<JobQuestion>) => void (question.value = { ...question.value, ...part }),
    clear: () => void (question.value = { ...everyJob, sort: question.value.sort, group: question.value.group }),
    save: (name: string) => keep(withView(own.value, { name, question: question.value })),
    remove: (name: string) => keep(own.value.filter(view => view.name !== name)),
  }
}
