/**
 * A Slurm for one machine: three nodes with 48 processors and 15 GPUs in name only, so that the scheduler has something
 * to deal out. It schedules as often as Slurm can be told to, and keeps no accounts: what would make it slower is off.
 */
import { join } from 'node:path'

export const nodeNames = ['n1', 'n2', 'n3']

/** @param {{ base: string, host: string, ports: number[], controllerUser: string, nodeUser: string }} setting one port for the controller, then one a node */
export function slurmConf({ base, host, ports: [port, ...nodePorts], controllerUser, nodeUser }) {
  const gres = ['gpu:a100:4,shard:16', 'gpu:1g.10gb:7,gpu:3g.40gb:2', 'gpu:l4:2']
  return lines([
    'ClusterName=bench',
    `SlurmctldHost=${host}(127.0.0.1)`,
    `SlurmctldPort=${port}`,
    `SlurmUser=${controllerUser}`,
    `SlurmdUser=${nodeUser}`,
    'AuthType=auth/munge',
    `AuthInfo=socket=${join(base, 'run', 'munge.sock')}`,
    'CredType=cred/munge',
    `StateSaveLocation=${join(base, 'state')}`,
    `SlurmdSpoolDir=${join(base, 'spool', '%n')}`,
    `SlurmctldPidFile=${join(base, 'run', 'slurmctld.pid')}`,
    `SlurmdPidFile=${join(base, 'run', 'slurmd-%n.pid')}`,
    `SlurmctldLogFile=${join(base, 'log', 'slurmctld.log')}`,
    `SlurmdLogFile=${join(base, 'log', 'slurmd-%n.log')}`,
    'MpiDefault=none',
    'MailProg=/bin/true',
    'ProctrackType=proctrack/linuxproc',
    'TaskPlugin=task/none',
    'SwitchType=switch/none',
    'JobAcctGatherType=jobacct_gather/none',
    'AccountingStorageType=accounting_storage/none',
    'JobCompType=jobcomp/filetxt',
    `JobCompLoc=${completionsPath(base)}`,
    'ReturnToService=2',
    'SlurmdParameters=config_overrides',
    'SlurmdTimeout=15',
    'KillWait=2',
    'MinJobAge=300',
    'MaxJobCount=20000',
    'MaxArraySize=2001',
    'SchedulerType=sched/backfill',
    'SelectType=select/cons_tres',
    'SelectTypeParameters=CR_Core',
    'PriorityType=priority/basic',
    'SchedulerParameters=batch_sched_delay=0,sched_min_interval=2000,sched_interval=1,bf_interval=1,default_queue_depth=1000',
    'GresTypes=gpu,shard',
    ...nodeNames.map((name, place) => `NodeName=${name} NodeHostname=${name} NodeAddr=127.0.0.1 Port=${nodePorts[place]} CPUs=16 RealMemory=8000 Gres=${gres[place]} State=UNKNOWN`),
    `PartitionName=main Nodes=${nodeNames.join(',')} Default=YES MaxTime=INFINITE DefaultTime=60 State=UP OverSubscribe=NO`,
  ])
}

export const deviceNames = ['nvidia0', 'nvidia1', 'nvidia2', 'nvidia3', ...Array.from({ length: 9 }, (_, index) => `mig${index}`), 'l4-0', 'l4-1']

export function gresConf(base) {
  const files = names => join(base, 'dev', names)
  return lines([
    `NodeName=n1 Name=gpu Type=a100 File=${files('nvidia[0-3]')}`,
    'NodeName=n1 Name=shard Count=16',
    `NodeName=n2 Name=gpu Type=1g.10gb File=${files('mig[0-6]')}`,
    `NodeName=n2 Name=gpu Type=3g.40gb File=${files('mig[7-8]')}`,
    `NodeName=n3 Name=gpu Type=l4 File=${files('l4-[0-1]')}`,
  ])
}

/** Where the controller writes a line for each job that is over. */
export function completionsPath(base) {
  return join(base, 'log', 'jobcomp.txt')
}

function lines(all) {
  return `${all.join('\n')}\n`
}
