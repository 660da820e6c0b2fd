/** What the measurements of served models need of the sources. */
export { connectSocket } from '../../../src-main/doors/socket/client'
export { openHeadlessLab } from '../../../src-main/headless'
export { perceptron, smallConvolution } from '../../helpers/batchModels'
