import type { Plugin } from 'vite'
import { resolve } from 'node:path'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'electron-vite'

const source = (path: string) => resolve(import.meta.dirname, path)
const alias = { '@contract': source('src-main/contract') }

/** The page's strict policy would block the inline styles and the socket of hot reload; the build keeps it. */
const openPolicyForDevServer: Plugin = {
  name: 'open-policy-for-dev-server',
  apply: 'serve',
  transformIndexHtml: html => html.replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, ''),
}

export default defineConfig({
  main: {
    resolve: { alias },
    build: {
      outDir: 'out/main',
      rollupOptions: {
        input: {
          main: source('src-main/main.ts'),
          cli: source('src-main/doors/cli/entry.ts'),
          worker: source('src-main/runtime/worker/entry.ts'),
          keeper: source('src-main/runtime/keeper/entry.ts'),
          writer: source('src-main/runtime/worker/writer/entry.ts'),
          nvml: source('src-main/inventory/nvml/entry.ts'),
          databaseThread: source('src-main/keeping/thread/entry.ts'),
          prefetch: source('src-main/catalog/prefetch.ts'),
        },
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      outDir: 'out/preload',
      externalizeDeps: false,
      rollupOptions: {
        input: { preload: source('src-main/preload/preload.ts') },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: source('src-renderer'),
    resolve: { alias },
    plugins: [vue(), openPolicyForDevServer],
    build: {
      outDir: source('out/renderer'),
      minify: true,
      rollupOptions: { input: { index: source('src-renderer/index.html') } },
    },
  },
})
