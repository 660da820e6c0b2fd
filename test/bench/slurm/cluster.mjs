import { randomBytes } from 'node:crypto'
/** A Slurm of its own in a new temporary folder: started, crashed, started again and ended, with nobody else's processes touched. */
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { hostname, tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { completionsPath, deviceNames, gresConf, nodeNames, slurmConf } from './config.mjs'
import { run, startDaemon, until } from './programs.mjs'

/** Resolves once its three nodes are idle. */
export async function startCluster() {
  const base = mkdtempSync(join(tmpdir(), 'tranche-slurm-'))
  chmodSync(base, 0o755)
  const isRoot = process.getuid() === 0
  const controllerUser = isRoot ? 'slurm' : userInfo().username
  for (const folder of ['run', 'state', 'spool', 'log', 'dev', 'jobs', ...nodeNames.map(name => join('spool', name))])
    mkdirSync(join(base, folder))
  for (const name of deviceNames)
    symlinkSync('/dev/null', join(base, 'dev', name))
  // Jobs that come through the REST door run as a user without rights.
  chmodSync(join(base, 'jobs'), 0o777)
  if (isRoot) {
    const [uid, gid] = await Promise.all(['-u', '-g'].map(async flag => Number(await run('id', [flag, controllerUser]))))
    for (const folder of ['state', 'log'])
      chownSync(join(base, folder), uid, gid)
  }
  const conf = join(base, 'slurm.conf')
  writeFileSync(conf, slurmConf({ base, host: hostname().split('.')[0], ports: await freePorts(1 + nodeNames.length), controllerUser, nodeUser: userInfo().username }))
  writeFileSync(join(base, 'gres.conf'), gresConf(base))
  writeFileSync(join(base, 'cgroup.conf'), '')
  writeFileSync(join(base, 'munge.key'), randomBytes(1024), { mode: 0o400 })

  const env = { ...process.env, SLURM_CONF: conf }
  const call = (name, args, options) => run(name, args, { env, cwd: join(base, 'jobs'), ...options })
  const daemons = []
  const start = (name, args, options = { env }) => {
    const daemon = startDaemon(name, args, options)
    daemons.push(daemon)
    return daemon
  }
  const isUp = async () => (await call('scontrol', ['ping'])).includes('is UP')
  let controller
  const munge = join(base, 'run', 'munge.sock')
  const cluster = {
    conf,
    env,
    isRoot,
    jobsDir: join(base, 'jobs'),
    runDir: join(base, 'run'),
    call,
    start,
    /** How many jobs the controller has seen end. */
    completed: () => existsSync(completionsPath(base)) ? readFileSync(completionsPath(base), 'utf8').split('\n').length - 1 : 0,
    isIdle: async () => await call('squeue', ['-h']) === '',
    async killController() {
      await controller.end('SIGKILL')
    },
    /** Starts it again with the state that it saved. */
    async restartController() {
      controller = start('slurmctld', ['-D', '-f', conf])
      await until('slurmctld answers again', isUp)
    },
    async stop() {
      await call('scancel', ['--partition=main']).catch(() => {})
      for (const daemon of daemons.reverse())
        await daemon.end()
      rmSync(base, { recursive: true, force: true })
    },
  }
  try {
    start('munged', ['-F', '--force', `--key-file=${join(base, 'munge.key')}`, `--socket=${munge}`, `--pid-file=${join(base, 'run', 'munged.pid')}`, `--seed-file=${join(base, 'run', 'munged.seed')}`, `--log-file=${join(base, 'run', 'munged.log')}`])
    await until('munged answers', async () => await call('munge', ['-n', '-S', munge]) !== '')
    controller = start('slurmctld', ['-D', '-c', '-f', conf])
    await until('slurmctld answers', isUp)
    for (const name of nodeNames)
      start('slurmd', ['-D', '-N', name, '-f', conf])
    await until('three nodes are idle', async () => (await call('sinfo', ['-h', '-N', '-t', 'idle', '-o', '%N'])).split('\n').length === nodeNames.length)
  }
  catch (error) {
    await cluster.stop()
    throw error
  }
  return cluster
}

/** Held open together, so that they differ. */
async function freePorts(count) {
  const servers = await Promise.all(Array.from({ length: count }, () => new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => resolve(server))
  })))
  return Promise.all(servers.map(server => new Promise((resolve) => {
    const { port } = server.address()
    server.close(() => resolve(port))
  })))
}
