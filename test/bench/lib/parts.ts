/** What measurements need of the sources. */
export { connectSocket } from '../../../src-main/doors/socket/client'
export { ocr } from '../../../src-main/recipes/ocr'
export { addModel } from '../../helpers/onnx'
