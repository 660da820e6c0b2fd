import type { Call, Rule } from '../rule'
import { input, number, numbers, optional, sizes, text, untold } from '../rule'
import { elementType, tensor } from '../tensor'

/** What a convolution or pooling does along one axis. */
interface Window {
  readonly kernel: number
  readonly stride: number
  readonly dilation: number
  readonly padBegin: number
  readonly padEnd: number
}

function windows(call: Call, kernel: readonly number[]): readonly Window[] {
  const [strides, dilations, pads] = ['strides', 'dilations', 'pads'].map(name => numbers(call, name))
  return kernel.map((size, axis) => ({
    kernel: size,
    stride: strides?.[axis] ?? 1,
    dilation: dilations?.[axis] ?? 1,
    padBegin: pads?.[axis] ?? 0,
    padEnd: pads?.[axis + kernel.length] ?? 0,
  }))
}

const extent = ({ kernel, dilation }: Window) => (kernel - 1) * dilation + 1

function slid(call: Call, spatial: readonly number[], kernel: readonly number[], ceil: boolean): readonly number[] {
  const autoPad = text(call, 'auto_pad', 'NOTSET')
  return windows(call, kernel).map((window, axis) => {
    const size = spatial[axis] ?? untold()
    if (window.stride < 1)
      untold()
    if (autoPad.startsWith('SAME'))
      return Math.ceil(size / window.stride)
    const pads = autoPad === 'VALID' ? 0 : window.padBegin + window.padEnd
    const places = (size + pads - extent(window)) / window.stride
    if (places < 0)
      untold()
    if (!ceil || autoPad === 'VALID')
      return Math.floor(places) + 1
    const rounded = Math.ceil(places) + 1
    // The last window must start within the input or the padding before it.
    return (rounded - 1) * window.stride >= size + window.padBegin ? rounded - 1 : rounded
  })
}

/** Convolutions: input [batch, channels, ...], weight [outputs, channels / groups, ...kernel]. */
function convolution(xIndex: number, weightIndex: number, type: (call: Call) => number): Rule {
  return (call) => {
    const [x, weight] = [input(call, xIndex), input(call, weightIndex)]
    const [batch = untold()] = x.shape
    const [channels = untold()] = weight.shape
    const kernel = numbers(call, 'kernel_shape') ?? weight.shape.slice(2)
    return [tensor(type(call), sizes([batch, channels, ...slid(call, x.shape.slice(2), kernel, false)]))]
  }
}

const convTranspose: Rule = (call) => {
  const [x, weight] = [input(call, 0), input(call, 1)]
  const [batch = untold()] = x.shape
  const channels = (weight.shape[1] ?? untold()) * number(call, 'group', 1)
  const kernel = numbers(call, 'kernel_shape') ?? weight.shape.slice(2)
  const given = numbers(call, 'output_shape')?.slice(-kernel.length)
  const extra = numbers(call, 'output_padding')
  const autoPad = text(call, 'auto_pad', 'NOTSET')
  const spatial = given?.length === kernel.length
    ? given
    : windows(call, kernel).map((window, axis) => {
        const size = x.shape[axis + 2] ?? untold()
        const pads = window.padBegin + window.padEnd
        const whole = (size - 1) * window.stride + (extra?.[axis] ?? 0) + extent(window)
        // SAME cuts down to the strides' own size, and adds nothing where the windows do not reach it.
        return autoPad.startsWith('SAME') ? Math.min(whole, size * window.stride) : whole - (autoPad === 'VALID' ? 0 : pads)
      })
  return [tensor(x.type, sizes([batch, channels, ...spatial]))]
}

const pool: Rule = (call) => {
  const x = input(call, 0)
  const kernel = numbers(call, 'kernel_shape') ?? untold()
  const shape = sizes([...x.shape.slice(0, 2), ...slid(call, x.shape.slice(2), kernel, number(call, 'ceil_mode', 0) === 1)])
  return [tensor(x.type, shape), tensor(elementType.int64, shape)]
}

const globalPool: Rule = (call) => {
  const x = input(call, 0)
  return [tensor(x.type, x.shape.map((size, axis) => axis < 2 ? size : 1))]
}

/** [batch, channels, height, width], and rows of regions. */
const roiAlign: Rule = (call) => {
  const [x, regions] = [input(call, 0), input(call, 1)]
  const shape = [regions.shape[0] ?? untold(), x.shape[1] ?? untold(), number(call, 'output_height', 1), number(call, 'output_width', 1)]
  return [tensor(x.type, sizes(shape))]
}

export const windowed: readonly (readonly [string, Rule])[] = [
  ['Conv', convolution(0, 1, call => input(call, 0).type)],
  ['FusedConv', convolution(0, 1, call => input(call, 0).type)],
  ['ConvInteger', convolution(0, 1, () => elementType.int32)],
  ['QLinearConv', convolution(0, 3, call => optional(call, 7)?.type ?? untold())],
  ['ConvTranspose', convTranspose],
  ['MaxPool', pool],
  ['AveragePool', pool],
  ['LpPool', pool],
  ['GlobalAveragePool', globalPool],
  ['GlobalMaxPool', globalPool],
  ['GlobalLpPool', globalPool],
  ['RoiAlign', roiAlign],
]
