"""Executors: one process, several on this machine, or a Dask cluster, behind the one door of `concurrent.futures`.

| file        | holds                                                                    |
|-------------|--------------------------------------------------------------------------|
| `executors` | the executors: in this process, in processes here, in processes anywhere |
| `process`   | one task in a process of its own, which can be ended                     |
| `work`      | many tasks that tell what they have so far; their outcomes as they come  |
| `dask_`     | the door to a Dask cluster                                               |
| `warm`      | what the server of processes loads once                                  |

Every task has a process of its own wherever it runs: its time limits need a main thread, it can be killed, and its
crash is its own. A process that is ended from outside is started again, and what it would have given is the same.
"""

from kansr.cluster.executors import executor, hosts

__all__ = ["executor", "hosts"]
