import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'vite'
import { repoRoot } from '../../../resources/setup/lib/paths.mjs'

/**
 * Bundles a TypeScript file of test/bench as the build does the product's, so that plain Node can run it.
 *
 * @param {string} entry relative to test/bench
 * @returns {Promise<string>} the module's path
 */
export async function bundle(entry) {
  const outDir = join(repoRoot, 'out', 'bench')
  const name = `${entry.replace(/\W+/g, '-')}.mjs`
  await build({
    configFile: false,
    logLevel: 'warn',
    root: repoRoot,
    build: { ssr: join('test', 'bench', entry), outDir, emptyOutDir: false, target: 'node20', rollupOptions: { output: { format: 'es', entryFileNames: name } } },
  })
  return join(outDir, name)
}

/** Bundles and imports. */
export async function load(entry) {
  return import(pathToFileURL(await bundle(entry)).href)
}
