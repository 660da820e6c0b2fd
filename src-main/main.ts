import process from 'node:process'
import { app } from 'electron'
import { readArguments } from './shell/arguments'
import { startDesktop } from './shell/desktop'
import { takeInstance } from './shell/instance'
import { registerScheme } from './shell/protocol'
import { defaultStateDir, statePaths } from './store/stateDir'

/** The desktop app. What has to be said before Electron is ready is said here; the rest is `startDesktop`. */
const { stateDir, problem } = readArguments(process.argv, process.cwd())
if (problem) {
  refuse(2, problem)
}
else {
  registerScheme()
  const folder = stateDir ?? defaultStateDir()
  const instance = takeInstance(statePaths(folder))
  if (instance.first)
    void startDesktop(folder)
  else
    refuse(1, `The state folder ${folder} is already open in process ${instance.pid}; its window was brought forward. Close it, or name another folder with --state DIR.`)
}

function refuse(exitCode: number, message: string): void {
  process.stderr.write(`tranche: ${message}\n`)
  app.exit(exitCode)
}
