"""The states of a state machine: `from awsdeck import states`, then `states.invoke("Pay", pay) >> states.Succeed("Paid")`.

- Kinds: `Task`, `Pass`, `Choice`, `Wait`, `Succeed`, `Fail`, `Parallel`, `Map`, `DistributedMap`.
- Tasks with their permissions: `invoke` a function, `send` to a queue, `publish` to a topic, `put_event` on a bus,
  `get_item`, `put_item`, `update_item`, `delete_item` of a table, `start` another machine, `run_task` of ECS, `submit_job`
  of Batch, `start_job_run` of Glue, `call` anything of AWS, `http`, `ask` an activity.
- Data: `var("$.x")` in JSONPath, `expr("$states.input.x")` in JSONata, and `task_token` for whoever answers.
"""

from __future__ import annotations

from .services.stepfunctions.choice import Condition as Condition  # noqa: PLC0414
from .services.stepfunctions.choice import expr as expr  # noqa: PLC0414
from .services.stepfunctions.choice import task_token as task_token  # noqa: PLC0414
from .services.stepfunctions.choice import var as var  # noqa: PLC0414
from .services.stepfunctions.statebranches import DistributedMap as DistributedMap  # noqa: PLC0414
from .services.stepfunctions.statebranches import Map as Map  # noqa: PLC0414
from .services.stepfunctions.statebranches import Parallel as Parallel  # noqa: PLC0414
from .services.stepfunctions.stateflow import Chain as Chain  # noqa: PLC0414
from .services.stepfunctions.stateflow import Choice as Choice  # noqa: PLC0414
from .services.stepfunctions.stateflow import Fail as Fail  # noqa: PLC0414
from .services.stepfunctions.stateflow import Pass as Pass  # noqa: PLC0414
from .services.stepfunctions.stateflow import State as State  # noqa: PLC0414
from .services.stepfunctions.stateflow import Succeed as Succeed  # noqa: PLC0414
from .services.stepfunctions.stateflow import Wait as Wait  # noqa: PLC0414
from .services.stepfunctions.tabletasks import delete_item as delete_item  # noqa: PLC0414
from .services.stepfunctions.tabletasks import get_item as get_item  # noqa: PLC0414
from .services.stepfunctions.tabletasks import put_item as put_item  # noqa: PLC0414
from .services.stepfunctions.tabletasks import update_item as update_item  # noqa: PLC0414
from .services.stepfunctions.tasks import Task as Task  # noqa: PLC0414
from .services.stepfunctions.tasks import ask as ask  # noqa: PLC0414
from .services.stepfunctions.tasks import call as call  # noqa: PLC0414
from .services.stepfunctions.tasks import http as http  # noqa: PLC0414
from .services.stepfunctions.tasks import invoke as invoke  # noqa: PLC0414
from .services.stepfunctions.tasks import publish as publish  # noqa: PLC0414
from .services.stepfunctions.tasks import put_event as put_event  # noqa: PLC0414
from .services.stepfunctions.tasks import run_task as run_task  # noqa: PLC0414
from .services.stepfunctions.tasks import send as send  # noqa: PLC0414
from .services.stepfunctions.tasks import start as start  # noqa: PLC0414
from .services.stepfunctions.tasks import start_job_run as start_job_run  # noqa: PLC0414
from .services.stepfunctions.tasks import submit_job as submit_job  # noqa: PLC0414
