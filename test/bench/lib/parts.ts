/** What measurements need of the sources. */
export { connectSocket } from '../../../src-main/doors/socket/client'
export { ocr } from '../../../src-main/recipes/ocr'
export { tensor } from '../../../src-main/recipes/tensor'
export { vad } from '../../../src-main/recipes/vad'
export { smallConvolution } from '../../helpers/batchModels'
export { greedyModel } from '../../helpers/greedyModel'
export { addModel } from '../../helpers/onnx'
export { repeatSound } from '../../helpers/sound'
