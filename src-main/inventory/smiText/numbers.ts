/**
 * A number with decimals, with a point or with a comma: `4.75`, `4,75`, `1.024,50`. Where there are both signs the last
 * one begins the decimals. Null for anything else.
 */
export function decimalOf(text: string): number | null {
  if (!/^\d{1,3}(?:[.,']?\d{1,3}){0,4}$/.test(text))
    return null
  const last = Math.max(text.lastIndexOf('.'), text.lastIndexOf(','))
  const whole = (last === -1 ? text : text.slice(0, last)).replace(/[.,']/g, '')
  return Number(last === -1 ? whole : `${whole}.${text.slice(last + 1)}`)
}

/** A size such as `40536 MiB`, `40,536 MiB` or `39 GiB`, in MiB. Null for anything else, `N/A` and a size without its unit. */
export function sizeMiBOf(text: string): number | null {
  const [, digits, unit] = /^(\d{1,3}(?:[.,' ]?\d{3}){0,3}) ?([MG])iB$/.exec(text.trim()) ?? []
  if (digits === undefined)
    return null
  return Number(digits.replace(/[.,' ]/g, '')) * (unit === 'G' ? 1024 : 1)
}
