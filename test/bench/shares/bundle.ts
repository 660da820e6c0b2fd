/** What the measurement of shares needs of the product and of the tests' helpers, as one module. */
export { createKeeper } from '../../../src-main/runtime/keeper/keeper'
export { floats, onnxModel } from '../../helpers/onnx'
