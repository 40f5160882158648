"""The command line.

    main       argv in, exit code out
      ├── commands    which command is found where
      ├── command     what a command line looks like, as data
      ├── quick       reads a right command line from that data, in microseconds
      └── careful     makes the typer app from the same data: help, completion, and what is wrong with a wrong one

A command is a plain function that gets a `Context` and its arguments, and returns an exit code.
"""
