"""The states of a state machine: `from awsdeck import states`, then `states.invoke("Pay", pay) >> states.Succeed("Paid")`.

- Kinds: `Task`, `Pass`, `Choice`, `Wait`, `Succeed`, `Fail`, `Parallel`, `Map`, `DistributedMap`.
- Tasks with their permissions: `invoke` a function, `send` to a queue, `publish` to a topic, `put_event` on a bus,
  `get_item`, `put_item`, `update_item`, `delete_item` of a table, `start` another machine, `run_task` of ECS, `submit_job`
  of Batch, `start_job_run` of Glue, `call` anything of AWS, `http`, `ask` an activity.
- Data: `var("$.x")` in JSONPath, `expr("$states.input.x")` in JSONata, and `task_token` for whoever answers.
"""

from __future__ import annotations

from .services.choice import Condition as Condition  # noqa: PLC0414
from .services.choice import expr as expr  # noqa: PLC0414
from .services.choice import task_token as task_token  # noqa: PLC0414
from .services.choice import var as var  # noqa: PLC0414
from .services.statebranches import DistributedMap as DistributedMap  # noqa: PLC0414
from .services.statebranches import Map as Map  # noqa: PLC0414
from .services.statebranches import Parallel as Parallel  # noqa: PLC0414
from .services.stateflow import Chain as Chain  # noqa: PLC0414
from .services.stateflow import Choice as Choice  # noqa: PLC0414
from .services.stateflow import Fail as Fail  # noqa: PLC0414
from .services.stateflow import Pass as Pass  # noqa: PLC0414
from .services.stateflow import State as State  # noqa: PLC0414
from .services.stateflow import Succeed as Succeed  # noqa: PLC0414
from .services.stateflow import Wait as Wait  # noqa: PLC0414
from .services.tabletasks import delete_item as delete_item  # noqa: PLC0414
from .services.tabletasks import get_item as get_item  # noqa: PLC0414
from .services.tabletasks import put_item as put_item  # noqa: PLC0414
from .services.tabletasks import update_item as update_item  # noqa: PLC0414
from .services.tasks import Task as Task  # noqa: PLC0414
from .services.tasks import ask as ask  # noqa: PLC0414
from .services.tasks import call as call  # noqa: PLC0414
from .services.tasks import http as http  # noqa: PLC0414
from .services.tasks import invoke as invoke  # noqa: PLC0414
from .services.tasks import publish as publish  # noqa: PLC0414
from .services.tasks import put_event as put_event  # noqa: PLC0414
from .services.tasks import run_task as run_task  # noqa: PLC0414
from .services.tasks import send as send  # noqa: PLC0414
from .services.tasks import start as start  # noqa: PLC0414
from .services.tasks import start_job_run as start_job_run  # noqa: PLC0414
from .services.tasks import submit_job as submit_job  # noqa: PLC0414
