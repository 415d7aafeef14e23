package io.sluice;

/**
 * What every event loop counts. Counters are written by the loop's thread without locks and read by anybody; a value may be
 * a turn old, and the values of one snapshot are not from the very same instant.
 */
public enum LoopMetric {
  /** Connections that are open now. */
  CONNECTIONS_LIVE("connections.live", Type.GAUGE, Unit.COUNT),
  /** Connections that a listener accepted and this loop took over. */
  CONNECTIONS_ACCEPTED("connections.accepted", Type.COUNTER, Unit.COUNT),
  /** Connections established by {@link EventLoopGroup#connect}. */
  CONNECTIONS_CONNECTED("connections.connected", Type.COUNTER, Unit.COUNT),
  /** Attempts to connect that failed, timed out or were given up. */
  CONNECTS_FAILED("connects.failed", Type.COUNTER, Unit.COUNT),
  /** Connections that ended, for any reason; by kind see {@link LoopStats#closes}. */
  CONNECTIONS_CLOSED("connections.closed", Type.COUNTER, Unit.COUNT),

  /** Calls of {@link ConnectionHandler#onData} and {@link UdpHandler#onDatagram}. */
  MESSAGES_RECEIVED("messages.received", Type.COUNTER, Unit.COUNT),
  /** Sends that were taken (answered QUEUED or SATURATED, or taken over from another thread). */
  MESSAGES_SENT("messages.sent", Type.COUNTER, Unit.COUNT),
  /** Bytes received from the kernel. */
  BYTES_RECEIVED("bytes.received", Type.COUNTER, Unit.BYTES),
  /** Bytes that the kernel accepted for sending. */
  BYTES_SENT("bytes.sent", Type.COUNTER, Unit.BYTES),
  /** Bytes taken for sending that the kernel has not accepted yet, without those still on their way from other threads. */
  SEND_BYTES_PENDING("send.bytes.pending", Type.GAUGE, Unit.BYTES),

  /** Times the engine was entered: a turn of the loop enters it once, rarely more often. */
  TURNS("turns", Type.COUNTER, Unit.COUNT),
  /** System calls made by the loop, of all kinds; those of the JDK's channels as far as the NIO engine knows of them. */
  SYSCALLS("syscalls", Type.COUNTER, Unit.COUNT),
  /** Turns that really waited: the loop was idle. */
  WAITS("waits", Type.COUNTER, Unit.COUNT),
  /** Wake-ups by other threads, after merging. */
  WAKES("wakes", Type.COUNTER, Unit.COUNT),
  /** Time spent outside the engine: callbacks, tasks, timers. Extrapolated from turns measured at random, about one in 16. */
  TURN_TIME("turn.time", Type.COUNTER, Unit.NANOSECONDS),
  /** The longest such time of one turn: of those that were measured, and of every stall. */
  TURN_TIME_LONGEST("turn.time.longest", Type.MAXIMUM, Unit.NANOSECONDS),
  /** Turns that stayed outside the engine for longer than {@link EventLoopGroup.Builder#stallThreshold}. */
  STALLS("stalls", Type.COUNTER, Unit.COUNT),

  /** Tasks run for {@link EventLoop#execute} and for calls from other threads. */
  TASKS("tasks", Type.COUNTER, Unit.COUNT),
  /** Batches of tasks taken from the queue. */
  TASK_BATCHES("task.batches", Type.COUNTER, Unit.COUNT),
  /** How long the oldest task of each batch waited, summed over batches. */
  TASK_DELAY("task.delay", Type.COUNTER, Unit.NANOSECONDS),
  /** The longest of these. */
  TASK_DELAY_LONGEST("task.delay.longest", Type.MAXIMUM, Unit.NANOSECONDS),

  /** UDP sockets that are open now. They are no connections, and not counted as such. */
  UDP_SOCKETS_LIVE("udp.sockets.live", Type.GAUGE, Unit.COUNT),
  /** UDP sockets that were opened. */
  UDP_SOCKETS_OPENED("udp.sockets.opened", Type.COUNTER, Unit.COUNT),
  /** Datagrams received; several that the kernel joined ({@link TransportOption#UDP_GRO}) count once. */
  DATAGRAMS_RECEIVED("datagrams.received", Type.COUNTER, Unit.COUNT),
  /** Datagrams that the kernel took; a train of segments counts once. */
  DATAGRAMS_SENT("datagrams.sent", Type.COUNTER, Unit.COUNT),
  /** Datagrams received that did not fit into a receive buffer. */
  DATAGRAMS_TRUNCATED("datagrams.truncated", Type.COUNTER, Unit.COUNT),
  /** Datagrams that could not be sent, and errors that the network reported. */
  DATAGRAM_ERRORS("datagrams.errors", Type.COUNTER, Unit.COUNT),
  /** Callbacks of a {@link UdpHandler} or {@link UdpSendListener} that threw. */
  DATAGRAM_HANDLER_FAILURES("datagrams.handler.failures", Type.COUNTER, Unit.COUNT),

  /** Receive buffers that are not free: being delivered, retained, kept while reading is paused, waiting to be sent. */
  BUFFERS_OUT("buffers.out", Type.GAUGE, Unit.COUNT),
  /** Receive buffers that the application retained and has neither released nor sent. */
  LEASES_RETAINED("leases.retained", Type.GAUGE, Unit.COUNT),
  /** Checked mode: retained leases that became unreachable without release, see {@link BufferLease}. */
  LEASES_LOST("leases.lost", Type.COUNTER, Unit.COUNT),
  /** Checked mode: uses and second ends of leases that had ended. */
  LEASES_MISUSED("leases.misused", Type.COUNTER, Unit.COUNT),
  /** Receives that had to wait because no receive buffer was free. */
  STARVED("starved", Type.COUNTER, Unit.COUNT),
  /** Times that accepting ran out of descriptors or memory. */
  THROTTLED("throttled", Type.COUNTER, Unit.COUNT),
  /** Completions whose connection was gone. */
  STALE_COMPLETIONS("completions.stale", Type.COUNTER, Unit.COUNT),

  /** Submissions that the engine consumed. */
  SUBMISSIONS("engine.submissions", Type.COUNTER, Unit.COUNT),
  /** Completions that the engine posted. */
  COMPLETIONS("engine.completions", Type.COUNTER, Unit.COUNT),
  /** Submissions with the handle of a socket that was gone. */
  STALE_SUBMISSIONS("engine.submissions.stale", Type.COUNTER, Unit.COUNT),
  /** Malformed submissions: a fault of Sluice. */
  INVALID_SUBMISSIONS("engine.submissions.invalid", Type.COUNTER, Unit.COUNT),
  /** Returns of receive buffers that were not out: a fault of Sluice. */
  BAD_RETURNS("engine.returns.bad", Type.COUNTER, Unit.COUNT),
  /** Handles (sockets and listeners) that were opened. */
  HANDLES_OPENED("engine.handles.opened", Type.COUNTER, Unit.COUNT),
  /** Handles that ended. */
  HANDLES_CLOSED("engine.handles.closed", Type.COUNTER, Unit.COUNT),
  /** Multishot operations that the kernel ended and that were armed again. */
  REARMS("engine.rearms", Type.COUNTER, Unit.COUNT),
  /** Completions that waited because the completion ring was full. */
  COMPLETION_OVERFLOWS("engine.completions.overflows", Type.COUNTER, Unit.COUNT),
  /** Overflows of the kernel's own completion ring. */
  KERNEL_OVERFLOWS("engine.kernel.overflows", Type.COUNTER, Unit.COUNT),
  /** Sends that the kernel accepted whole within the call that submitted them. */
  INLINE_SENDS("engine.sends.inline", Type.COUNTER, Unit.COUNT),
  /** Sends that waited for room in the socket. */
  BLOCKED_SENDS("engine.sends.blocked", Type.COUNTER, Unit.COUNT),
  /** Sockets that came into being too late for anybody to want them, and were closed. */
  LATE_CLOSED("engine.late.closed", Type.COUNTER, Unit.COUNT),
  /** Pieces of sends that the engine has queued now. */
  SENDS_IN_FLIGHT("engine.sends.queued", Type.GAUGE, Unit.COUNT);

  /** How values are added up and compared. */
  public enum Type {
    /** Only grows: sums add, differences subtract. */
    COUNTER,
    /** The state at the time of the snapshot: sums add, a difference keeps the later value. */
    GAUGE,
    /** The largest value since the loop began: sums take the largest, a difference keeps the later value. */
    MAXIMUM
  }

  /** What one is one of. */
  public enum Unit {
    COUNT,
    BYTES,
    NANOSECONDS
  }

  private final String key;
  private final Type type;
  private final Unit unit;

  LoopMetric(String key, Type type, Unit unit) {
    this.key = key;
    this.type = type;
    this.unit = unit;
  }

  /** The name in JMX, and after {@code sluice.} in Micrometer. */
  public String key() {
    return key;
  }

  public Type type() {
    return type;
  }

  public Unit unit() {
    return unit;
  }
}
