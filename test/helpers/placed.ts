import type { CutRules } from '../../src-main/slicing/cutRules'
import type { PlacedSlice } from '../../src-main/slicing/placedSlice'
import { cutLayout } from '../../src-main/slicing/rules'

/** Slices on a device, each in words: `1g.10gb@5` is free, `1g.10gb@5 job_12` is held, `3g.40gb@4 job_1 [1,2]` has compute instances. */
export function placed(rules: CutRules, ...slices: readonly string[]): PlacedSlice[] {
  const parsed = slices.map(slice => /^(\S+)@(\d+)(?: ([^\s[]\S*))?(?: (\[.*\]))?$/.exec(slice) ?? [])
  return cutLayout(rules, parsed.map(([, profile = '', start]) => ({ profile, start: Number(start) }))).map(({ profile, start, size }, index) => ({
    profile,
    start,
    size,
    id: `slice_${index}`,
    holder: parsed[index][3] ?? null,
    ...(parsed[index][4] && { compute: JSON.parse(parsed[index][4]) as number[] }),
  }))
}
