import type { Rule } from '../rule'
import { input, number, sizes, text, untold } from '../rule'
import { tensor } from '../tensor'

/**
 * LSTM, GRU and RNN: X is [steps, batch, features], or [batch, steps, features] with `layout` 1; R is [directions, ...,
 * hidden]. Outputs: all steps, the last hidden state, and of an LSTM the last cell state.
 */
const recurrence: Rule = (call) => {
  const [x, recurrentWeight] = [input(call, 0), input(call, 2)]
  const batchFirst = number(call, 'layout', 0) === 1
  const [first, second] = x.shape.length === 3 ? x.shape : untold()
  const [batch, steps] = batchFirst ? [first, second] : [second, first]
  const directions = text(call, 'direction', 'forward') === 'bidirectional' ? 2 : 1
  const hidden = number(call, 'hidden_size', recurrentWeight.shape[2] ?? untold())
  const all = batchFirst ? [batch, steps, directions, hidden] : [steps, directions, batch, hidden]
  const last = sizes(batchFirst ? [batch, directions, hidden] : [directions, batch, hidden])
  return [tensor(x.type, sizes(all)), tensor(x.type, last), tensor(x.type, last)]
}

export const recurrent: readonly (readonly [string, Rule])[] = ['LSTM', 'GRU', 'RNN'].map(name => [name, recurrence] as const)
