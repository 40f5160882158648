"""What a custom resource's function answers CloudFormation with; this text goes into the code of the function."""

# ruff: noqa: BLE001, S310, TRY300, TRY301 - it runs in AWS Lambda, as the end of somebody else's file


def _awsdeck(work):  # type: ignore[no-untyped-def]
    import json
    import signal
    import traceback
    import urllib.request

    never = "awsdeck:never-made"

    def late(*_):  # type: ignore[no-untyped-def]
        raise TimeoutError("the function's time is up")

    def entry(event, context):  # type: ignore[no-untyped-def]
        known = event.get("PhysicalResourceId")
        answer = {name: event[name] for name in ("StackId", "RequestId", "LogicalResourceId")}
        try:
            signal.signal(signal.SIGALRM, late)
            signal.setitimer(signal.ITIMER_REAL, max(0.5, context.get_remaining_time_in_millis() / 1000 - 2))
            data = {} if known == never else dict(work(event, context) or {})
            answer["PhysicalResourceId"] = str(
                data.pop("PhysicalResourceId", known or f"{event['LogicalResourceId']}-{event['RequestId'][:8]}")
            )
            answer.update(Status="SUCCESS", NoEcho=bool(data.pop("NoEcho", False)), Data=data)
            body = json.dumps(answer).encode()
            if len(body) > 4096:
                raise ValueError(f"the answer has {len(body)} bytes, and CloudFormation takes 4096")
        except BaseException as error:
            signal.setitimer(signal.ITIMER_REAL, 0)
            traceback.print_exc()
            answer.pop("Data", None)
            reason = f"{type(error).__name__}: {error}"[:900] + f" (log stream {context.log_stream_name})"
            answer.update(Status="FAILED", Reason=reason, PhysicalResourceId=known or never)
            body = json.dumps(answer).encode()
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        request = urllib.request.Request(event["ResponseURL"], body, {"Content-Type": ""}, method="PUT")
        for again in (True, True, False):
            try:
                urllib.request.urlopen(request, timeout=10).close()
                return
            except OSError:
                if not again:
                    raise

    return entry
