import { computed, shallowRef } from 'vue'

export const themes = ['system', 'dark', 'light'] as const
export type Theme = typeof themes[number]

const key = 'tranche.theme'
const theme = shallowRef<Theme>(stored())
const darkDesktop = window.matchMedia('(prefers-color-scheme: dark)')
const desktop = shallowRef<'dark' | 'light'>(darkDesktop.matches ? 'dark' : 'light')
darkDesktop.addEventListener('change', ({ matches }) => desktop.value = matches ? 'dark' : 'light')

/** Puts the chosen theme on the page; `system` leaves it to the desktop. */
export function applyTheme(): void {
  if (theme.value === 'system')
    delete document.documentElement.dataset.theme
  else
    document.documentElement.dataset.theme = theme.value
}

export function useTheme() {
  function cycle() {
    theme.value = themes[(themes.indexOf(theme.value) + 1) % themes.length] ?? 'system'
    localStorage.setItem(key, theme.value)
    applyTheme()
  }
  return {
    /** What was chosen. */
    theme: computed(() => theme.value),
    /** What the page looks like now; for things drawn by hand. */
    shown: computed(() => theme.value === 'system' ? desktop.value : theme.value),
    cycle,
  }
}

function stored(): Theme {
  const value = localStorage.getItem(key)
  return themes.find(each => each === value) ?? 'system'
}
