/** The arrows of the design, as rules: doors -> lab -> scheduler -> broker -> slicing, inventory; store and runtime are leaves. */
const pure = '^src-main/(slicing/|handover/|scheduler/(plan|jobState|eligibility|outcome)|broker/plan)'

/** A folder may import only what is listed (and packages). */
function mayOnlyImport(folder, ...allowed) {
  return {
    name: `${folder}-arrows`,
    severity: 'error',
    from: { path: `^src-main/${folder}/` },
    to: { path: '^src-(main|renderer)/', pathNot: [folder, 'contract', ...allowed].map(name => `^src-main/${name}(/|\\.ts$)`) },
  }
}

module.exports = {
  forbidden: [
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-orphans', severity: 'error', from: { orphan: true, pathNot: ['\\.d\\.ts$', '(^|/)(main|entry|prefetch|preload)\\.ts$'] }, to: {} },
    { name: 'pure-core', comment: 'No I/O, clock or randomness where rules are decided.', severity: 'error', from: { path: pure }, to: { dependencyTypes: ['core'] } },
    { name: 'renderer-knows-only-the-contract', severity: 'error', from: { path: '^src-renderer/' }, to: { path: '^src-main/', pathNot: '^src-main/contract/' } },
    { name: 'main-knows-no-renderer', severity: 'error', from: { path: '^src-main/' }, to: { path: '^src-renderer/' } },
    { name: 'contract-knows-only-zod', severity: 'error', from: { path: '^src-main/contract/' }, to: { path: '^(src-main/(?!contract/)|node_modules/(?!zod/))' } },
    {
      name: 'electron-stays-in-the-shell',
      severity: 'error',
      from: { pathNot: '^src-main/(main\\.ts|shell/|preload/|doors/ipc\\.ts)' },
      to: { path: '^node_modules/electron/' },
    },
    mayOnlyImport('slicing'),
    mayOnlyImport('store'),
    mayOnlyImport('recipes'),
    mayOnlyImport('catalog', 'resources'),
    mayOnlyImport('telemetry'),
    mayOnlyImport('time'),
    mayOnlyImport('keeping', 'store', 'telemetry', 'catalog'),
    mayOnlyImport('runtime', 'recipes'),
    mayOnlyImport('inventory', 'slicing', 'store', 'telemetry', 'runtime/processHost', 'runtime/backendEnvironment', 'runtime/worker/backends', 'runtime/worker/parentPort', 'runtime/worker/watchParent', 'runtime/worker/backends/installed'),
    mayOnlyImport('broker', 'slicing', 'inventory', 'store', 'telemetry'),
    mayOnlyImport('handover', 'slicing'),
    mayOnlyImport('scheduler', 'broker', 'slicing', 'inventory', 'store', 'runtime', 'catalog', 'telemetry', 'time', 'recipes/checkParams', 'recipes/onnx/memory'),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default', 'types'] },
  },
}
