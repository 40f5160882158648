"""A company of the usual size: a dozen stacks in two regions, some three hundred resources, every service once or more."""

from __future__ import annotations

import data
import edge
import foundation
import operations
import shop
from awsdeck import App

app = App()
base = foundation.Foundation(app)
stores = data.Data(app, base)
work = shop.Shop(app, base, stores)
front = edge.Edge(app, base, work)
operations.Operations(app, base, stores, work, front)
app.synth()
