"""SIP2, the line protocol of self-check machines: lines in, values out, and back again.

Pure and quick: no sockets, no clock, no words for people. A server feeds what it reads to
`framing.LineSplitter`, each line to `parse.parse`, and sends what `build.build` returns; what a machine's
make does differently is data in `profile`. `client` is the machine's side, for benches and tests. Logs get
`redact.redact`.

Sources: 3M Standard Interchange Protocol 2.00 (messages, fields, flags, error detection); for what Chinese
machines really send, the public clients and servers named beside each profile.
"""
