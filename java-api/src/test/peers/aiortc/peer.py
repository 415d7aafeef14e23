#!/usr/bin/python3
"""A peer for the SCTP tests whose stack is aiortc's, over a UDP socket in the place of DTLS: one association, told what to do by
lines on standard input, telling what happens by lines on standard output. See ../README.md for both."""

import asyncio
import os
import socket
import sys
import zlib

from aiortc import rtcsctptransport as stack

SCTP_PORT = 5000
CAUSE_USER_INITIATED = 12
SOCKET_BYTES = 1 << 20


def say(text):
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


class Role:
    """What aiortc asks of ICE: who begins."""

    def __init__(self, connects):
        self.role = "controlling" if connects else "controlled"


class Link(asyncio.DatagramProtocol):
    """A UDP socket that talks to whom it heard first, or to whom it was told; aiortc takes it for its DTLS."""

    def __init__(self, connects, peer, refuses):
        self.transport = Role(connects)
        self.state = "connected"
        self.peer = peer
        self.refuses = refuses
        self.mute = False
        self.receiver = None
        self.inbox = asyncio.Queue()

    def connection_made(self, transport):
        self.udp = transport

    def datagram_received(self, data, source):
        if self.peer is None:
            self.peer = source
        if source == self.peer and not self.mute:
            self.inbox.put_nowait(data)

    def error_received(self, error):
        pass  # ICMP: aiortc does without

    async def pump(self):
        while True:
            data = await self.inbox.get()
            if self.refuses:
                await self.refuse(data)
            elif self.receiver is not None:
                await self.receiver._handle_data(data)

    async def refuse(self, data):
        """Answers an INIT with ABORT, as a host does where nobody listens."""
        source, destination, _, chunks = stack.parse_packet(data)
        if isinstance(chunks[0], stack.InitChunk):
            await self._send_data(
                stack.serialize_packet(destination, source, chunks[0].initiate_tag, stack.AbortChunk())
            )

    def _register_data_receiver(self, receiver):
        self.receiver = receiver

    def _unregister_data_receiver(self, receiver):
        self.receiver = None

    async def _send_data(self, data):
        if self.peer is not None and not self.mute:
            self.udp.sendto(data, self.peer)


class Peer(stack.RTCSctpTransport):
    """aiortc's association without its data channels: messages come out and go in as they are."""

    def __init__(self, link):
        super().__init__(link, SCTP_PORT)
        self.quiet = False
        self.unordered = set()
        self.last_unordered = False
        self.was_up = False
        self.over = None
        self.sign = "shutdown"

    async def _receive_chunk(self, chunk):
        if isinstance(chunk, stack.AbortChunk):
            self.sign = "abort none"
            for code, reason in chunk.params:
                self.sign = ("abort %d %s" % (code, reason.hex())).rstrip()
        elif isinstance(chunk, stack.DataChunk):
            self.last_unordered = bool(chunk.flags & stack.SCTP_DATA_UNORDERED)
        await super()._receive_chunk(chunk)

    async def _receive(self, stream_id, pp_id, data):
        order = "u" if self.last_unordered else "o"
        say("message %d %d %s %d %08x" % (stream_id, pp_id, order, len(data), zlib.crc32(data)))
        if not self.quiet:
            await self._send(stream_id, pp_id, data, ordered=stream_id not in self.unordered)

    async def _data_channel_flush(self):
        pass  # there are none

    def _data_channel_closed(self, stream_id):
        pass

    async def _receive_reconfig_param(self, param):
        await super()._receive_reconfig_param(param)
        if isinstance(param, stack.StreamResetOutgoingParam):
            for stream_id in param.streams:
                say("reset %d" % stream_id)

    def _set_state(self, state):
        super()._set_state(state)
        if state == self.State.ESTABLISHED and not self.was_up:
            self.was_up = True
            say("up")
        elif state == self.State.CLOSED and self.over is None:
            self.over = self.sign if self.was_up else "refused"
            say("closed " + self.over)

    async def abort(self, reason):
        chunk = stack.AbortChunk()
        chunk.params.append((CAUSE_USER_INITIATED, reason.encode()))
        await self._send_chunk(chunk)
        self._set_state(self.State.CLOSED)

    async def obey(self, line):
        command, _, rest = line.partition(" ")
        if command == "quiet":
            self.quiet = True
        elif command == "unordered":
            self.unordered.add(int(rest))
        elif command == "send":
            stream_id, pp_id, text = rest.split(" ", 2)
            await self._send(int(stream_id), int(pp_id), text.encode())
        elif command == "reset":
            self._reconfig_queue.append(int(rest))
            await self._transmit_reconfig()
        elif command == "close":  # aiortc's own: it sends an ABORT without a cause
            await self.stop()
        elif command == "abort":
            await self.abort(rest)
        elif command == "mute":
            self.transport.mute = True
        elif command == "vanish":
            os._exit(0)
        else:
            say("failed unknown command " + line)
        say("done " + command)


async def main(what, address, *local):
    host, port = address.rsplit(":", 1)
    connects = what == "connect"
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SOCKET_BYTES)
    sock.bind(("127.0.0.1", int(local[0]) if local else 0) if connects else (host, int(port)))
    loop = asyncio.get_running_loop()
    link = Link(connects, (host, int(port)) if connects else None, what == "refuse")
    await loop.create_datagram_endpoint(lambda: link, sock=sock)
    peer = Peer(link)
    pump = asyncio.ensure_future(link.pump())
    say("bound %d" % sock.getsockname()[1])
    await peer.start(stack.RTCSctpCapabilities(maxMessageSize=65536), SCTP_PORT)

    lines = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    while not pump.done():
        line = await lines.readline()
        if not line:
            return
        await peer.obey(line.decode().rstrip("\n"))
    pump.result()


asyncio.run(main(*sys.argv[1:]))
