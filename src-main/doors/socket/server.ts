import type { Server } from 'node:net'
import type { Lab } from '../../lab'
import { chmod, rm, symlink } from 'node:fs/promises'
import { createServer } from 'node:net'
import process from 'node:process'
import { fitsSocket, plainAddress, shortAddress } from './address'
import { Peer } from './peer'

const maxClients = 256

export interface SocketServer {
  /** Where it listens. */
  readonly path: string
  /** Lets the running calls end, tells the clients, removes the socket. Close it before the lab. */
  readonly close: () => Promise<void>
}

/**
 * Answers the calls of other processes of the same user over a unix socket (a named pipe on Windows) while this one
 * owns the state folder. The owner holds the folder's lock, so a socket that lies there already is a dead owner's.
 *
 * @throws TrancheError `conflict` or `unsupported` if there is no safe place for the socket, or a system error of listen(2)
 */
export async function serveSocket(lab: Lab): Promise<SocketServer> {
  const peers = new Set<Peer>()
  // Half-open, so that a client that has said all may still be answered.
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    const peer = new Peer(socket, lab)
    peers.add(peer)
    socket.on('close', () => peers.delete(peer))
    void peer.serve()
  })
  server.maxConnections = maxClients
  const plain = plainAddress(lab.stateDir)
  const path = await bind(server, lab.stateDir, plain)
  return {
    path,
    async close() {
      const closed = new Promise(resolve => server.close(resolve))
      if (path !== plain)
        await rm(plain, { force: true })
      await Promise.all([...peers].map(peer => peer.close()))
      await closed
    },
  }
}

async function bind(server: Server, stateDir: string, plain: string): Promise<string> {
  if (process.platform === 'win32') {
    await listen(server, plain)
    return plain
  }
  await rm(plain, { force: true })
  if (fitsSocket(plain) && await listens(server, plain))
    return plain
  const short = await shortAddress(stateDir)
  await rm(short, { force: true })
  await listenPrivately(server, short)
  await symlink(short, plain)
  return short
}

/** False where the folder's file system has no sockets, as some shared and network mounts. */
async function listens(server: Server, path: string): Promise<boolean> {
  try {
    await listenPrivately(server, path)
    return true
  }
  catch {
    return false
  }
}

/** Binds with a mask that keeps others out from the first moment; listen() binds before it returns, so the mask is back at once. */
async function listenPrivately(server: Server, path: string): Promise<void> {
  const mask = process.umask(0o077)
  const listening = listen(server, path)
  process.umask(mask)
  await listening
  await chmod(path, 0o600)
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, () => {
      server.off('error', reject)
      // A failed accept (no file descriptors left) concerns one client, never the owner.
      server.on('error', () => undefined)
      resolve()
    })
  })
}
