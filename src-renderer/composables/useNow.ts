import { onScopeDispose, readonly, shallowRef } from 'vue'

const now = shallowRef(Date.now())
let users = 0
let timer: ReturnType<typeof setInterval> | undefined

/** The time in milliseconds, ticking once a second while something on the page shows it. */
export function useNow() {
  if (users++ === 0) {
    now.value = Date.now()
    timer = setInterval(tick, 1000)
  }
  onScopeDispose(() => {
    if (--users === 0)
      clearInterval(timer)
  })
  return readonly(now)
}

function tick() {
  if (!document.hidden)
    now.value = Date.now()
}
