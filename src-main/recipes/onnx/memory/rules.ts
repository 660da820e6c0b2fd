import type { Rule } from './rule'
import { elementwise } from './operators/elementwise'
import { parts } from './operators/parts'
import { products } from './operators/products'
import { recurrent } from './operators/recurrent'
import { reducing } from './operators/reducing'
import { reshaping } from './operators/reshaping'
import { scaling } from './operators/scaling'
import { sources } from './operators/sources'
import { windowed } from './operators/windows'

/** Operators by name: those of ONNX itself, and of ONNX Runtime's own domain where these have the same form. */
const rules: ReadonlyMap<string, Rule> = new Map([
  ...elementwise,
  ...parts,
  ...products,
  ...recurrent,
  ...reducing,
  ...reshaping,
  ...scaling,
  ...sources,
  ...windowed,
])

export function ruleOf(domain: string, type: string): Rule | undefined {
  return domain === '' || domain === 'com.microsoft' ? rules.get(type) : undefined
}
