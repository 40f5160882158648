"""Opens a file in pyright's language server and asks what may stand at the cursor: `complete.py NODE LANGSERVER`."""

import json
import statistics
import subprocess
import sys
import time
from pathlib import Path


class Server:
    """A language server that is spoken to over its standard input and output."""

    def __init__(self, command, settings):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.settings = settings
        self.asked = 0

    def send(self, **message):
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.process.stdin.flush()

    def receive(self):
        length = 0
        while (line := self.process.stdout.readline().strip()) or not length:
            if line.lower().startswith(b"content-length:"):
                length = int(line.partition(b":")[2])
        return json.loads(self.process.stdout.read(length))

    def ask(self, method, params):
        """The answer; what the server asks meanwhile is answered."""
        self.asked += 1
        self.send(id=self.asked, method=method, params=params)
        while True:
            message = self.receive()
            if message.get("id") == self.asked and "method" not in message:
                if "error" in message:
                    raise SystemExit(f"{method}: {message['error']}")
                return message["result"]
            if "id" in message:
                self.send(id=message["id"], result=self.answer(message))

    def answer(self, message):
        if message["method"] != "workspace/configuration":
            return None
        return [self.settings.get(item.get("section")) for item in message["params"]["items"]]


def main(node, langserver):
    order = json.loads(Path("order.json").read_text(encoding="utf-8"))
    before, _, after = order["text"].partition("¦")
    text, place = before + after, {"line": before.count("\n"), "character": len(before.rpartition("\n")[2])}
    file = Path("editor.py").resolve()
    file.write_text(text, encoding="utf-8")
    root, uri = file.parent.as_uri(), file.as_uri()
    server = Server([node, langserver, "--stdio"], {"python": {"pythonPath": order["python"]}, "python.analysis": {}})
    capabilities = {"workspace": {"configuration": True, "workspaceFolders": True}}
    folders = [{"uri": root, "name": "editor"}]
    server.ask(
        "initialize", {"processId": None, "rootUri": root, "capabilities": capabilities, "workspaceFolders": folders}
    )
    server.send(method="initialized", params={})

    started = time.perf_counter()
    document = {"uri": uri, "languageId": "python", "version": 1, "text": text}
    server.send(method="textDocument/didOpen", params={"textDocument": document})
    where = {"textDocument": {"uri": uri}, "position": place}
    offers = server.ask("textDocument/completion", where)
    times = [time.perf_counter() - started]
    for edit in range(order["edits"]):
        changed = text + f"# {edit}\n"
        started = time.perf_counter()
        server.send(
            method="textDocument/didChange",
            params={"textDocument": {"uri": uri, "version": edit + 2}, "contentChanges": [{"text": changed}]},
        )
        offers = server.ask("textDocument/completion", where)
        times.append(time.perf_counter() - started)
    labels = {item["label"] for item in (offers["items"] if isinstance(offers, dict) else offers or [])}
    value = statistics.median(times[1:] or times) * 1000
    print(json.dumps({"value": value, "offered": order["expected"] in labels, "labels": len(labels)}))
    server.ask("shutdown", None)
    server.send(method="exit", params=None)
    server.process.wait()


main(*sys.argv[1:])
