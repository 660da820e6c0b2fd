import antfu from '@antfu/eslint-config'

/** Files that may import electron; everything else runs in plain Node. */
const electronSide = ['src-main/main.ts', 'src-main/shell/**', 'src-main/preload/**', 'src-main/doors/ipc.ts']

export default antfu({
  vue: true,
  typescript: true,
  stylistic: { indent: 2, quotes: 'single' },
  markdown: false,
  ignores: ['out/**', 'resources/samples/**', '**/*.md'],
}, {
  rules: {
    'no-console': 'off',
    'node/prefer-global/process': 'off',
    'node/prefer-global/buffer': 'off',
    'ts/no-explicit-any': 'error',
    'ts/no-non-null-assertion': 'error',
    'ts/explicit-function-return-type': 'off',
    'unicorn/prefer-node-protocol': 'error',
  },
}, {
  files: ['src-main/**/*.ts'],
  ignores: electronSide,
  rules: {
    'no-restricted-imports': ['error', { paths: [{ name: 'electron', message: 'Only shell/, preload/, main.ts and doors/ipc.ts may import electron.' }] }],
  },
}, {
  files: ['test/bench/**', 'resources/setup/**'],
  rules: { 'antfu/no-top-level-await': 'off' },
})
