/** A band of a stacked chart as an SVG path in a box `width` by `height`; the lowest band comes first. */
export function stackPaths(series: readonly (readonly number[])[], width: number, height: number): { readonly paths: readonly string[], readonly most: number } {
  const count = Math.max(0, ...series.map(({ length }) => length))
  const sums = Array.from({ length: count }, (_, at) => series.reduce((sum, shares) => sum + (shares[at] ?? 0), 0))
  const most = Math.max(0.01, ...sums)
  const x = (at: number) => rounded(count < 2 ? 0 : at / (count - 1) * width)
  const y = (value: number) => rounded(height - value / most * height)
  let floor = Array.from({ length: count }, () => 0)
  const paths = series.map((shares) => {
    const top = floor.map((below, at) => below + (shares[at] ?? 0))
    const up = top.map((value, at) => `${x(at)} ${y(value)}`)
    const down = floor.map((value, at) => `${x(at)} ${y(value)}`).toReversed()
    floor = top
    return up.length === 0 ? '' : `M${[...up, ...down].join('L')}Z`
  })
  return { paths, most }
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100
}
