import process from 'node:process'

/**
 * @param {NodeJS.ProcessEnv} [env]
 * @param {NodeJS.Platform} [platform]
 * @returns {boolean} whether a window can be opened
 */
export function hasDisplay(env = process.env, platform = process.platform) {
  return platform !== 'linux' || Boolean(env.DISPLAY || env.WAYLAND_DISPLAY)
}

/**
 * A command that opens windows, wrapped in a display of its own where there is none.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @returns {[string, string[]]} the command and its arguments
 */
export function withDisplay(command, args) {
  return hasDisplay() ? [command, [...args]] : ['xvfb-run', ['-a', '-s', '-screen 0 1440x900x24', command, ...args]]
}
