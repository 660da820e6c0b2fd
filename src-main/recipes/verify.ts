import type { Recipe } from './recipe'
import type { ReadyCase } from './verify/runCase'
import type { CaseResult } from './verify/verdict'
import { TrancheError } from '../contract/errors'
import { parseVerifyParams } from './verify/params'
import { prepareCase, runCase } from './verify/runCase'

/**
 * Runs ONNX backend-test cases, a folder each (`model.onnx` and `test_data_set_N/{input,output}_N.pb`), and says of every
 * one whether the model gives what it should: a `CaseResult`. The file in the role `model` is the folder that the cases are
 * in. Each has a session for itself, so that thousands of small models run in one process. Settings: see `parseVerifyParams`.
 */
export const verify: Recipe<ReadyCase | CaseResult> = {
  async open(context) {
    const tolerance = parseVerifyParams(context.params)
    const { model: root = '' } = context.files
    return {
      batchSize: 64,
      async read({ path }) {
        if (path === null)
          throw new TrancheError('unreadable_input', 'A case to verify is a folder, and none is named.')
        return prepareCase(path, root)
      },
      compute: async (found, control) => ({ result: 'status' in found ? found : await runCase(found, context, tolerance, control) }),
    }
  },
}
