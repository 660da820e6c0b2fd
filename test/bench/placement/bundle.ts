/** What the measurements of layouts and placement need of the sources. */
export { createFleet } from '../../../src-main/broker/plan/fleet'
export { readGpuTables } from '../../../src-main/inventory/gpuTables'
export { explain } from '../../../src-main/slicing/explain/explain'
export { listLayouts } from '../../../src-main/slicing/layouts/layouts'
export { openPlaces } from '../../../src-main/slicing/placement/openPlaces'
export { bestCut, bestStart } from '../../../src-main/slicing/placement/placement'
export { rulesOf } from '../../../src-main/slicing/rules'
