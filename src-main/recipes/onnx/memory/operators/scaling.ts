import type { Call, Rule } from '../rule'
import { axisOf, input, numbers, optionalValues, sizes, text, untold, values } from '../rule'
import { tensor } from '../tensor'

/** Resize before operator set 11, and Upsample: each axis times its scale, rounded down. */
const upsample: Rule = (call) => {
  const x = input(call, 0)
  return [tensor(x.type, scaled(x.shape, numbers(call, 'scales') ?? values(call, 1)))]
}

function scaled(shape: readonly number[], scales: readonly number[]): readonly number[] {
  return sizes(shape.map((size, axis) => Math.floor(size * (scales[axis] ?? untold()))))
}

/** Inputs: x, region, scales, sizes; one of the last two is given, and an empty list is as good as none. */
const resize: Rule = (call) => {
  if (call.opset < 11)
    return upsample(call)
  const x = input(call, 0)
  const axes = numbers(call, 'axes')?.map(axis => axisOf(axis, x.shape.length)) ?? x.shape.map((_, axis) => axis)
  const given = { wanted: filled(call, 3), scales: filled(call, 2) }
  if (given.wanted !== undefined)
    return [tensor(x.type, toSizes(x.shape, axes, given.wanted, text(call, 'keep_aspect_ratio_policy', 'stretch')))]
  // Regions change what is scaled; few models use them.
  if (text(call, 'coordinate_transformation_mode', '') === 'tf_crop_and_resize')
    untold()
  const scales = given.scales ?? untold()
  const ofAxis = new Map(axes.map((axis, index) => [axis, scales[index] ?? untold()]))
  return [tensor(x.type, scaled(x.shape, x.shape.map((_, axis) => ofAxis.get(axis) ?? 1)))]
}

function filled(call: Call, index: number): readonly number[] | undefined {
  const given = optionalValues(call, index)
  return given?.length === 0 ? undefined : given
}

/** Under a policy other than stretching one scale is used for all axes: the smallest or the largest that is asked for. */
function toSizes(shape: readonly number[], axes: readonly number[], wanted: readonly number[], policy: string): readonly number[] {
  const scales = axes.map((axis, index) => (wanted[index] ?? untold()) / shape[axis])
  const scale = policy === 'not_larger' ? Math.min(...scales) : Math.max(...scales)
  const result = [...shape]
  for (const [index, axis] of axes.entries())
    result[axis] = policy === 'stretch' ? wanted[index] : Math.floor(shape[axis] * scale + 0.5)
  return sizes(result)
}

/** [batch, channels, ...] sampled at the places of a grid [batch, ..., axes]. */
const gridSample: Rule = (call) => {
  const [x, grid] = [input(call, 0), input(call, 1)]
  return [tensor(x.type, sizes([...x.shape.slice(0, 2), ...grid.shape.slice(1, -1)]))]
}

const affineGrid: Rule = (call) => {
  const [batch = untold(), , ...spatial] = values(call, 1)
  return [tensor(input(call, 0).type, sizes([batch, ...spatial, spatial.length]))]
}

export const scaling: readonly (readonly [string, Rule])[] = [
  ['Upsample', upsample],
  ['Resize', resize],
  ['GridSample', gridSample],
  ['AffineGrid', affineGrid],
]
