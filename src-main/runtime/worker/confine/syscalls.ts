import type { KernelArch } from './kernel'

/** Numbers of system calls on x64 and arm64 (the kernel's `syscall_64.tbl` and `asm-generic/unistd.h`); null where there is none. */
type Numbers = Readonly<Record<string, readonly [x64: number | null, arm64: number]>>

/** What this code calls itself. */
const own = {
  mmap: [9, 222],
  mprotect: [10, 226],
  rt_sigaction: [13, 134],
  sched_yield: [24, 124],
  prctl: [157, 167],
  tgkill: [234, 131],
  seccomp: [317, 277],
  landlock_create_ruleset: [444, 444],
  landlock_add_rule: [445, 445],
  landlock_restrict_self: [446, 446],
} as const satisfies Numbers

/** Refused whatever their arguments are. */
const refused = {
  // Other programs.
  execve: [59, 221],
  execveat: [322, 281],
  fork: [57, null],
  vfork: [58, null],
  // Other processes: their memory, their open files, signals to them.
  ptrace: [101, 117],
  process_vm_readv: [310, 270],
  process_vm_writev: [311, 271],
  process_madvise: [440, 440],
  kcmp: [312, 272],
  move_pages: [279, 239],
  migrate_pages: [256, 238],
  pidfd_open: [434, 434],
  pidfd_getfd: [438, 438],
  pidfd_send_signal: [424, 424],
  tkill: [200, 130],
  shmget: [29, 194],
  shmat: [30, 196],
  shmctl: [31, 195],
  msgget: [68, 186],
  semget: [64, 190],
  mq_open: [240, 180],
  mq_unlink: [241, 181],
  // Network: a worker speaks over the channel that it was started with.
  bind: [49, 200],
  listen: [50, 201],
  accept: [43, 202],
  accept4: [288, 242],
  // What Landlock leaves open of files: their owner, mode, times and attributes, and being told of changes.
  chmod: [90, null],
  fchmod: [91, 52],
  fchmodat: [268, 53],
  fchmodat2: [452, 452],
  chown: [92, null],
  fchown: [93, 55],
  lchown: [94, null],
  fchownat: [260, 54],
  setxattr: [188, 5],
  lsetxattr: [189, 6],
  fsetxattr: [190, 7],
  removexattr: [197, 14],
  lremovexattr: [198, 15],
  fremovexattr: [199, 16],
  setxattrat: [463, 463],
  removexattrat: [466, 466],
  file_setattr: [469, 469],
  utime: [132, null],
  utimes: [235, null],
  futimesat: [261, null],
  utimensat: [280, 88],
  inotify_add_watch: [254, 27],
  fanotify_init: [300, 262],
  name_to_handle_at: [303, 264],
  open_by_handle_at: [304, 265],
  // Ways around a filter of system calls, and large parts of the kernel that no model needs.
  io_uring_setup: [425, 425],
  io_uring_enter: [426, 426],
  io_uring_register: [427, 427],
  bpf: [321, 280],
  perf_event_open: [298, 241],
  userfaultfd: [323, 282],
  add_key: [248, 217],
  request_key: [249, 218],
  keyctl: [250, 219],
  personality: [135, 92],
  // The host itself, which matters where the lab runs as root.
  mount: [165, 40],
  umount2: [166, 39],
  pivot_root: [155, 41],
  chroot: [161, 51],
  open_tree: [428, 428],
  move_mount: [429, 429],
  fsopen: [430, 430],
  fsconfig: [431, 431],
  fsmount: [432, 432],
  fspick: [433, 433],
  mount_setattr: [442, 442],
  swapon: [167, 224],
  swapoff: [168, 225],
  unshare: [272, 97],
  setns: [308, 268],
  init_module: [175, 105],
  finit_module: [313, 273],
  delete_module: [176, 106],
  kexec_load: [246, 104],
  kexec_file_load: [320, 294],
  reboot: [169, 142],
  settimeofday: [164, 170],
  clock_settime: [227, 112],
  adjtimex: [159, 171],
  clock_adjtime: [305, 266],
  sethostname: [170, 161],
  setdomainname: [171, 162],
  iopl: [172, null],
  ioperm: [173, null],
  syslog: [103, 116],
  acct: [163, 89],
  quotactl: [179, 60],
  vhangup: [153, 58],
} as const

/** Refused or not by what they are asked for. */
const judged = {
  socket: [41, 198],
  connect: [42, 203],
  socketpair: [53, 199],
  clone: [56, 220],
  clone3: [435, 435],
  kill: [62, 129],
  tgkill: [234, 131],
  rt_sigqueueinfo: [129, 138],
  rt_tgsigqueueinfo: [297, 240],
  prlimit64: [302, 261],
  setpriority: [141, 140],
  ioprio_set: [251, 30],
  sched_setparam: [142, 118],
  sched_setscheduler: [144, 119],
  sched_setattr: [314, 274],
  sched_setaffinity: [203, 122],
} as const satisfies Numbers

export type SyscallNumbers<Table> = Readonly<Record<keyof Table, number>>

export function ownSyscalls(arch: KernelArch): SyscallNumbers<typeof own> {
  return pick(own, arch)
}

export function judgedSyscalls(arch: KernelArch): SyscallNumbers<typeof judged> {
  return pick(judged, arch)
}

export function refusedSyscalls(arch: KernelArch): readonly number[] {
  return Object.values(refused).flatMap(([x64, arm64]) => (arch === 'x64' ? x64 : arm64) ?? [])
}

function pick<Table extends Readonly<Record<string, readonly [number, number]>>>(table: Table, arch: KernelArch): SyscallNumbers<Table> {
  return Object.fromEntries(Object.entries(table).map(([name, [x64, arm64]]) => [name, arch === 'x64' ? x64 : arm64])) as SyscallNumbers<Table>
}
