const kib = 1024

/** `1536` bytes -> `1.5 KiB`. */
export function bytes(count: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  let value = count
  let unit = 0
  while (value >= kib && unit < units.length - 1) {
    value /= kib
    unit += 1
  }
  return `${unit === 0 ? value : trimmed(value, value < 100 ? 1 : 0)} ${units[unit]}`
}

/** `40192` MiB -> `39.25 GiB`: two decimals, as driver figures have them. */
export function memory(mib: number): string {
  if (mib > 0 && mib < 0.5)
    return 'under 1 MiB'
  return mib >= kib ? `${trimmed(mib / kib, 2)} GiB` : `${trimmed(mib, 0)} MiB`
}

/** `0.428` -> `43 %`. */
export function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}

/** `64300` ms -> `1 m 04 s`. */
export function duration(ms: number): string {
  if (ms < 1000)
    return `${Math.max(0, Math.round(ms))} ms`
  const seconds = ms / 1000
  if (seconds < 60)
    return `${(Math.floor(seconds * 10) / 10).toFixed(1)} s`
  const whole = Math.floor(seconds)
  if (whole < 3600)
    return `${Math.floor(whole / 60)} m ${two(whole % 60)} s`
  return `${Math.floor(whole / 3600)} h ${two(Math.floor(whole / 60) % 60)} m`
}

/** A pause of milliseconds, with a decimal where it is short: `12.4` -> `12.4 ms`. */
export function pause(ms: number): string {
  return ms < 100 ? `${trimmed(Math.max(0, ms), 1)} ms` : duration(ms)
}

/** A place in a recording: `83450` ms -> `1:23.45`. */
export function position(ms: number): string {
  const hundredths = Math.round(ms / 10)
  const seconds = (hundredths % 6000) / 100
  return `${Math.floor(hundredths / 6000)}:${seconds.toFixed(2).padStart(5, '0')}`
}

/** Local time of day, with the date if it is not today's. */
export function moment(atMs: number, nowMs: number): string {
  const at = new Date(atMs)
  const time = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`
  if (at.toDateString() === new Date(nowMs).toDateString())
    return time
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${time}`
}

/** The random end of an id tells more than its start, which is a time: `job_…9c1e4f2a`. */
export function shortId(id: string): string {
  const [prefix, rest] = id.includes('_') ? id.split('_', 2) : ['', id]
  if (!rest || rest.length <= 8)
    return id
  return `${prefix ? `${prefix}_` : ''}…${rest.slice(-8)}`
}

/** A sentence of the lab with its job ids made short. */
export function withShortIds(text: string): string {
  return text.replaceAll(/\bjob_[\w-]+/g, shortId)
}

/** Last part of a path of either kind of system. */
export function baseName(path: string): string {
  return path.split(/[\\/]/).findLast(part => part !== '') ?? path
}

/** `plural(1, 'slice')` -> `1 slice`. */
export function plural(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`
}

function trimmed(value: number, decimals: number): string {
  return String(Number(value.toFixed(decimals)))
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}
