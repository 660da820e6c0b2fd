import type { Route } from '../route'
import { shallowRef } from 'vue'
import { parseHash } from '../route'

const current = shallowRef<Route>({ view: 'devices' })
let listening = false

/** The page that the window shows, kept in the location's hash. */
export function useRoute() {
  if (!listening) {
    listening = true
    const follow = () => current.value = parseHash(window.location.hash)
    window.addEventListener('hashchange', follow)
    follow()
  }
  return current
}
