import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { cacheDir } from '../../src-main/catalog/cacheDir'
import { placeOnRegistry, registryOf } from '../../src-main/catalog/registryAddress'
import { nodePrefix, readRegistrySettings } from '../../src-main/catalog/registrySettings'
import { samplePackage } from '../helpers/catalog/samplePackage'

let folder: string
const startFolder = process.cwd()

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'tranche-settings-')))
  // What runs the tests may have set any of these.
  for (const name of Object.keys(process.env).filter(key => /^npm_config_/i.test(key)))
    vi.stubEnv(name, undefined)
  vi.stubEnv('npm_config_userconfig', join(folder, 'user'))
  vi.stubEnv('npm_config_globalconfig', join(folder, 'global'))
})

afterEach(() => {
  process.chdir(startFolder)
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true, force: true })
})

const write = (name: string, ...lines: readonly string[]) => writeFileSync(join(folder, name), lines.join('\n'))

describe('the registry settings', () => {
  it('come from the user\'s file, over the machine\'s, under the environment', () => {
    write('global', 'registry=https://global.example/', 'proxy=http://proxy.example:3128')
    write('user', 'registry=https://user.example/npm/', '@samples:registry=https://scope.example/')
    expect(readRegistrySettings().options).toMatchObject({ 'registry': 'https://user.example/npm/', '@samples:registry': 'https://scope.example/', 'proxy': 'http://proxy.example:3128' })
    vi.stubEnv('npm_config_registry', 'https://env.example/')
    expect(readRegistrySettings().options).toMatchObject({ registry: 'https://env.example/' })
    expect(readRegistrySettings().userFile).toBe(join(folder, 'user'))
  })

  it('lead a scoped package to the registry of its scope', () => {
    write('user', 'registry=https://user.example', '@samples:registry=https://scope.example/npm')
    const { source } = samplePackage('sample', { 'a.onnx': 1 }).entry
    expect(registryOf(source, readRegistrySettings()).href).toBe('https://scope.example/npm/')
    expect(registryOf({ ...source, package: 'plain' }, readRegistrySettings()).href).toBe('https://user.example/')
  })

  it('hold credentials with the variables of the environment filled in', () => {
    vi.stubEnv('SAMPLE_TOKEN', 'from the environment')
    // eslint-disable-next-line no-template-curly-in-string -- npm's own notation
    write('user', '//scope.example/:_authToken=${SAMPLE_TOKEN}')
    expect(readRegistrySettings().options).toMatchObject({ '//scope.example/:_authToken': 'from the environment' })
  })

  it('name a file that cannot be used, and never quote it', () => {
    // eslint-disable-next-line no-template-curly-in-string -- npm's own notation
    write('user', '//scope.example/:_authToken=${NOT_SET_ANYWHERE}', '_password="secret')
    expect(readRegistrySettings().unreadable).toEqual([join(folder, 'user')])
  })

  it('read the certificates of cafile', () => {
    const certificate = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'
    write('certificates.pem', certificate, certificate)
    write('user', `cafile=${join(folder, 'certificates.pem')}`, 'strict-ssl=false')
    expect(readRegistrySettings().options).toMatchObject({ ca: [certificate, certificate], strictSSL: false })
  })

  it('send old credentials without a host to the registry that is set, and to no other', () => {
    write('user', 'registry=https://user.example/npm', '_auth=c29tZW9uZQ==')
    const { options } = readRegistrySettings()
    expect(options).toMatchObject({ '//user.example/npm/:_auth': 'c29tZW9uZQ==' })
    expect(options).not.toHaveProperty('_auth')
  })

  it('are never taken from the current folder', () => {
    mkdirSync(join(folder, 'project'))
    write('project/package.json', '{}')
    write('project/.npmrc', 'registry=https://project.example/')
    process.chdir(join(folder, 'project'))
    expect(readRegistrySettings().options.registry).not.toContain('project.example')
  })
})

describe('the folder of the machine\'s settings', () => {
  it('is the one npm was told, or that of the Node which runs', () => {
    expect(nodePrefix({ npm_config_prefix: '/opt/npm' })).toBe('/opt/npm')
    expect(nodePrefix({}, 'linux')).toBe(resolve(process.execPath, '..', '..'))
    expect(nodePrefix({}, 'win32')).toBe(resolve(process.execPath, '..'))
  })

  it('is that of the Node on the search path inside the packaged app', () => {
    mkdirSync(join(folder, 'bin'))
    write('bin/node', '')
    expect(nodePrefix({ PATH: ['/nowhere', join(folder, 'bin')].join(delimiter) }, 'linux', true)).toBe(folder)
    expect(nodePrefix({ PATH: '/nowhere' }, 'linux', true)).toBe('/usr/local')
  })
})

describe('the address of a tarball', () => {
  const settings = { replaceRegistryHost: 'npmjs', defaultHost: 'public.example' }
  const place = (address: string, registry: string, replaceRegistryHost = 'npmjs') =>
    placeOnRegistry(address, new URL(registry), { ...settings, replaceRegistryHost })

  it('moves from the public registry to the mirror that is set', () => {
    expect(place('https://public.example/@a/b/-/b-1.tgz', 'https://mirror.example/')).toBe('https://mirror.example/@a/b/-/b-1.tgz')
  })

  it('keeps the path under which a mirror lives', () => {
    expect(place('https://public.example/b/-/b-1.tgz?x=1', 'https://mirror.example/npm/')).toBe('https://mirror.example/npm/b/-/b-1.tgz?x=1')
    expect(place('https://public.example/npm/b/-/b-1.tgz', 'https://mirror.example/npm/')).toBe('https://mirror.example/npm/b/-/b-1.tgz')
  })

  it('stays where the registry put it otherwise', () => {
    expect(place('https://files.example/b-1.tgz', 'https://mirror.example/')).toBe('https://files.example/b-1.tgz')
    expect(place('https://public.example/b-1.tgz', 'https://mirror.example/', 'never')).toBe('https://public.example/b-1.tgz')
    expect(place('https://files.example/b-1.tgz', 'https://mirror.example/', 'always')).toBe('https://mirror.example/b-1.tgz')
    expect(place('https://files.example/b-1.tgz', 'https://mirror.example/', 'files.example')).toBe('https://mirror.example/b-1.tgz')
  })
})

describe('the cache folder', () => {
  it('is each system\'s own, unless it is set', () => {
    expect(cacheDir({ TRANCHE_CACHE: '/data/tranche', XDG_CACHE_HOME: '/x' }, 'linux', '/home/a')).toBe('/data/tranche')
    expect(cacheDir({ XDG_CACHE_HOME: '/x' }, 'linux', '/home/a')).toBe('/x/tranche')
    expect(cacheDir({}, 'linux', '/home/a')).toBe('/home/a/.cache/tranche')
    expect(cacheDir({}, 'darwin', '/Users/a')).toBe('/Users/a/Library/Caches/tranche')
    expect(cacheDir({ LOCALAPPDATA: '/local' }, 'win32', '/users/a')).toBe(join('/local', 'tranche', 'cache'))
  })
})
