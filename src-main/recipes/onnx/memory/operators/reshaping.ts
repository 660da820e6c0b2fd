import type { Rule } from '../rule'
import { axesOf, axisOf, input, number, numbers, optionalValues, sizes, untold, values } from '../rule'
import { mostValues } from '../smallTensor'
import { tensor, volume } from '../tensor'
import { broadcast, spread, strided, strides } from './broadcast'

/** 0 keeps the size of that axis (unless `allowzero`), -1 takes what is left. */
const reshape: Rule = (call) => {
  const x = input(call, 0)
  const wanted = numbers(call, 'shape') ?? values(call, 1)
  const keepZero = number(call, 'allowzero', 0) === 1
  const kept = wanted.map((size, axis) => size === 0 && !keepZero ? x.shape[axis] ?? untold() : size)
  const others = volume(kept.filter(size => size !== -1))
  const shape = sizes(kept.map(size => size === -1 ? (others === 0 ? 0 : volume(x.shape) / others) : size))
  return volume(shape) === volume(x.shape) ? [tensor(x.type, shape, x.values)] : untold()
}

const flatten: Rule = (call) => {
  const x = input(call, 0)
  const axis = number(call, 'axis', 1)
  const split = axis < 0 ? axis + x.shape.length : axis
  return [tensor(x.type, [volume(x.shape.slice(0, split)), volume(x.shape.slice(split))], x.values)]
}

const transpose: Rule = (call) => {
  const x = input(call, 0)
  const order = numbers(call, 'perm') ?? x.shape.map((_, axis) => x.shape.length - 1 - axis)
  if (order.length !== x.shape.length || new Set(order).size !== order.length)
    untold()
  const shape = order.map(axis => x.shape[axis] ?? untold())
  const apart = strides(x.shape)
  return [tensor(x.type, shape, x.values && strided(x, shape, order.map(axis => apart[axis]), 0))]
}

const squeeze: Rule = (call) => {
  const x = input(call, 0)
  const axes = axesOf(call, 1)?.map(axis => axisOf(axis, x.shape.length))
  const shape = x.shape.filter((size, axis) => axes === undefined ? size !== 1 : !axes.includes(axis))
  return volume(shape) === volume(x.shape) ? [tensor(x.type, shape, x.values)] : untold()
}

const unsqueeze: Rule = (call) => {
  const x = input(call, 0)
  const axes = axesOf(call, 1) ?? untold()
  const rank = x.shape.length + axes.length
  const added = new Set(axes.map(axis => axisOf(axis, rank)))
  if (added.size !== axes.length)
    untold()
  const rest = x.shape.values()
  const shape = Array.from({ length: rank }, (_, axis) => added.has(axis) ? 1 : rest.next().value ?? untold())
  return [tensor(x.type, sizes(shape), x.values)]
}

const expand: Rule = (call) => {
  const x = input(call, 0)
  const shape = broadcast([x.shape, sizes(values(call, 1))])
  return [tensor(x.type, shape, x.values && volume(shape) <= mostValues ? spread(x, shape) : null)]
}

const tile: Rule = (call) => {
  const x = input(call, 0)
  const repeats = values(call, 1)
  return [tensor(x.type, sizes(x.shape.map((size, axis) => size * (repeats[axis] ?? untold()))))]
}

/** [batch, channels, height, width]: a block of pixels becomes channels, or the other way round. */
const depthToSpace: Rule = (call) => {
  const x = input(call, 0)
  const block = number(call, 'blocksize', 0)
  const [batch, channels, height, width] = x.shape.length === 4 ? x.shape : untold()
  return call.type === 'DepthToSpace'
    ? [tensor(x.type, sizes([batch, channels / block ** 2, height * block, width * block]))]
    : [tensor(x.type, sizes([batch, channels * block ** 2, Math.floor(height / block), Math.floor(width / block)]))]
}

/** Pads come as begins, then ends, for all axes or for those named. */
const pad: Rule = (call) => {
  const x = input(call, 0)
  const pads = numbers(call, 'pads') ?? numbers(call, 'paddings') ?? values(call, 1)
  const axes = optionalValues(call, 3)?.map(axis => axisOf(axis, x.shape.length)) ?? x.shape.map((_, axis) => axis)
  const shape = [...x.shape]
  for (const [index, axis] of axes.entries())
    shape[axis] += (pads[index] ?? untold()) + (pads[index + axes.length] ?? untold())
  return [tensor(x.type, sizes(shape))]
}

export const reshaping: readonly (readonly [string, Rule])[] = [
  ['Reshape', reshape],
  ['Flatten', flatten],
  ['Transpose', transpose],
  ['Squeeze', squeeze],
  ['Unsqueeze', unsqueeze],
  ['Expand', expand],
  ['Tile', tile],
  ['DepthToSpace', depthToSpace],
  ['SpaceToDepth', depthToSpace],
  ['Pad', pad],
]
