import { expect, it } from 'vitest'
import { assetType, fileInside, inputType } from '../../../src-main/shell/staticFile'

const root = '/app/out/renderer'

it('finds the files of the page', () => {
  expect(fileInside(root, '/')).toBe('/app/out/renderer/index.html')
  expect(fileInside(root, '/assets/index-8YOjf.js')).toBe('/app/out/renderer/assets/index-8YOjf.js')
  expect(fileInside(root, '/assets/a%20b.css')).toBe('/app/out/renderer/assets/a b.css')
  expect(fileInside(root, '//assets/x.js')).toBe('/app/out/renderer/assets/x.js')
})

it.each([
  '/../package.json',
  '/assets/../../../package.json',
  '/%2e%2e/package.json',
  '/..%2fpackage.json',
  '/%2e%2e%2f%2e%2e%2fetc/passwd',
  '/..\\package.json',
  '/..%5cpackage.json',
  '/index.html%00.js',
  '/%zz',
  '/..',
])('does not leave the folder for %s', (pathname) => {
  expect(fileInside(root, pathname)).toBeNull()
})

it('is not fooled by a folder whose name begins like the root', () => {
  expect(fileInside('/app/out', '/../out-of-bounds/x')).toBeNull()
})

it('tells a page from bytes, and never takes an input for a page', () => {
  expect(assetType('/a/index.html')).toBe('text/html; charset=utf-8')
  expect(assetType('/a/font.WOFF2')).toBe('font/woff2')
  expect(inputType('/a/scan.PNG')).toBe('image/png')
  for (const name of ['/a/evil.html', '/a/evil.svg', '/a/evil.js', '/a/none'])
    expect(inputType(name)).toBe('application/octet-stream')
})
