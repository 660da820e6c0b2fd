import type { TimelineColours } from './draw'

const tokens: Readonly<Record<keyof TimelineColours, string>> = {
  past: '--timeline-past',
  ill: '--timeline-ill',
  running: '--accent-fill',
  planned: '--accent-tint',
  window: '--warn-tint',
  outside: '--timeline-outside',
  text: '--text',
  line: '--line',
  now: '--bad',
  accent: '--accent-line',
  onRunning: '--on-accent',
}

/** The colours of the page's tokens, for a canvas. */
export function coloursOf(element: Element, theme: 'dark' | 'light'): TimelineColours {
  const style = getComputedStyle(element)
  const entries = Object.entries(tokens).map(([part, token]) => [part, ofTheme(style.getPropertyValue(token), theme)])
  return Object.fromEntries(entries) as TimelineColours
}

/** A canvas does not know `light-dark()`: takes the colour of the theme that is shown. */
export function ofTheme(value: string, theme: 'dark' | 'light'): string {
  const pair = /^\s*light-dark\((.+?),\s*(#[\da-f]+|rgb\(.+\))\)\s*$/i.exec(value)
  return (pair ? theme === 'light' ? pair[1] : pair[2] : value).trim()
}
