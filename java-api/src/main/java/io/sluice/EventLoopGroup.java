package io.sluice;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadFactory;
import java.util.function.Function;
import io.sluice.internal.loop.LoopGroup;

/**
 * A fixed number of event loops that share listeners and connections: the entry point of Sluice.
 *
 * <pre>{@code
 * try (EventLoopGroup group = EventLoopGroup.builder().threads(2).build()) {
 *   Listener listener = group.listen(new InetSocketAddress(8080), ListenOptions.defaults(), c -> new MyHandler());
 *   listener.ready().toCompletableFuture().join();
 *   ...
 * }
 * }</pre>
 *
 * All methods may be called from any thread.
 */
public interface EventLoopGroup extends AutoCloseable {
  /**
   * Listens on an {@link java.net.InetSocketAddress} (port 0 = any) or a {@link java.net.UnixDomainSocketAddress}. Returns
   * at once: {@link Listener#ready()} says when and whether connections are accepted.
   *
   * <p>An address is taken as it is: {@code 0.0.0.0} listens on IPv4, {@code ::} on both unless {@link
   * TransportOption#IPV6_V6ONLY} is set. The file of a Unix socket is removed when the listener closes; a socket file that
   * is there already and refuses connections (its process died) is replaced, anything else is "address in use".
   *
   * @param handlers called on the connection's loop for every accepted connection; gives its handler
   */
  Listener listen(
      SocketAddress address, ListenOptions options, Function<? super Connection, ? extends ConnectionHandler> handlers);

  /**
   * Connects; on a loop of this group when called on its thread, else on the loops in turn. The stage completes on the connection's loop after {@code onOpen}, or fails with a {@link
   * TransportException}; then no method of the handler is ever called. The same holds when the caller completes or cancels the
   * stage before ({@code toCompletableFuture().cancel(false)}, {@code orTimeout}): the attempt is given up, and a socket that
   * connects all the same is closed. Once {@code onOpen} is about to be called, such calls answer false.
   */
  CompletionStage<Connection> connect(SocketAddress address, ConnectOptions options, ConnectionHandler handler);

  /**
   * Opens a UDP socket on an address (port 0 = any); on a loop of this group when called on its thread, else on the loops in
   * turn. The stage completes on the socket's loop after {@code onOpen}, or fails with a {@link TransportException}; then no
   * method of the handler is ever called. Its callers cannot complete or cancel it.
   *
   * <p>{@code 0.0.0.0} takes IPv4, {@code ::} both families unless {@link TransportOption#IPV6_V6ONLY} is set.
   *
   * @throws IllegalArgumentException when the address is unresolved, or there are more options than a socket can be opened with
   */
  CompletionStage<UdpSocket> bindUdp(InetSocketAddress local, UdpOptions options, UdpHandler handler);

  /**
   * Opens a UDP socket that is connected: it receives from that peer only, sends to it by default, and hears of ICMP errors.
   * Otherwise like {@link #bindUdp}; nothing is sent, so it succeeds whether the peer exists or not.
   */
  CompletionStage<UdpSocket> connectUdp(InetSocketAddress peer, UdpOptions options, UdpHandler handler);

  /**
   * Opens one UDP socket per loop on the same port ({@code SO_REUSEPORT}): the kernel spreads the datagrams over them by a hash
   * of the addresses, so those of one peer always reach the same one. All are opened, or none.
   *
   * @param handlers called once for each loop, on the calling thread
   * @return the sockets, in the order of the loops
   */
  CompletionStage<List<UdpSocket>> bindUdpOnEveryLoop(
      InetSocketAddress local, UdpOptions options, Function<? super EventLoop, ? extends UdpHandler> handlers);

  /** The live connections of all loops: look-up by id and by keys of the application, iteration, broadcast. */
  ConnectionRegistry connections();

  /** The loops, in order of their index. */
  List<EventLoop> loops();

  /** What all loops together have counted since the group was opened. Takes no lock. */
  LoopStats stats();

  /** Which engine and binding run, and why not the others. */
  EngineReport report();

  /**
   * Ends the group: listeners close, connections close in good order, and what is left after the grace period is aborted.
   * Always finishes. Any number of times: the same stage each time.
   *
   * @param grace zero to 24 hours
   * @return completes when every loop has ended
   */
  CompletionStage<ShutdownReport> shutdown(Duration grace);

  /**
   * {@link #shutdown} with a grace period of {@link #DEFAULT_GRACE}, and waits for it and for the loops' threads. On a
   * loop's own thread it does not wait. In a caller-driven group it drives the loops of the calling thread, and those that
   * nobody drove yet, to their end; loops of other threads must be turned by those.
   */
  @Override
  void close();

  /** Grace period of {@link #close()}. */
  Duration DEFAULT_GRACE = Duration.ofSeconds(2);

  /**
   * What a shutdown found.
   *
   * @param connectionsClosed connections (UDP sockets are not counted) that ended in good order within the grace period
   * @param connectionsAborted connections that had to be reset
   * @param bytesUnsent bytes the aborted ones had not sent, and those of datagrams that the kernel had not taken
   * @param leasesOutstanding receive buffers that the application had retained and neither released nor sent. They may still
   *     be read and released; their memory is freed when the last one is unreachable
   */
  record ShutdownReport(long connectionsClosed, long connectionsAborted, long bytesUnsent, long leasesOutstanding) {}

  static Builder builder() {
    return new Builder();
  }

  /** Settings of a group. Not thread-safe. */
  final class Builder {
    /** The largest number of loops. */
    public static final int MAX_THREADS = 1024;
    /**
     * Default of {@link #receiveBuffers}: bytes of one buffer. A message of 16 KiB with its header, or the largest TLS record
     * (RFC 8446 section 5.2), arrives in one piece and leaves room, which tells epoll and kqueue without a second receive that
     * the socket is empty.
     */
    public static final int DEFAULT_RECEIVE_BUFFER_BYTES = 17 << 10;
    /** Default of {@link #receiveBuffers}: buffers per loop. */
    public static final int DEFAULT_RECEIVE_BUFFER_COUNT = 1024;
    /** Default of {@link #sendMemoryLimit}: 64 MiB per loop. */
    public static final long DEFAULT_SEND_MEMORY_LIMIT_BYTES = 64L << 20;

    /** Default of {@link #stallThreshold}. */
    public static final Duration DEFAULT_STALL_THRESHOLD = Duration.ofSeconds(1);
    /** The smallest {@link #stallThreshold} but zero. */
    public static final Duration MIN_STALL_THRESHOLD = Duration.ofMillis(10);
    /** The largest {@link #stallThreshold}. */
    public static final Duration MAX_STALL_THRESHOLD = Duration.ofHours(1);

    private int threads = Math.max(1, Runtime.getRuntime().availableProcessors());
    private String engine;
    private String binding;
    private ThreadFactory threadFactory;
    private boolean callerDriven;
    private int receiveBufferBytes = DEFAULT_RECEIVE_BUFFER_BYTES;
    private int receiveBufferCount = DEFAULT_RECEIVE_BUFFER_COUNT;
    private long sendMemoryLimitBytes = DEFAULT_SEND_MEMORY_LIMIT_BYTES;

    private Duration stallThreshold = DEFAULT_STALL_THRESHOLD;
    private Boolean checkedLeases;

    private Builder() {}

    /** Number of loops, 1 to {@link #MAX_THREADS}; default: the number of processors. */
    public Builder threads(int threads) {
      if (threads < 1 || threads > MAX_THREADS) {
        throw new IllegalArgumentException("threads " + threads + " is not within 1 to " + MAX_THREADS);
      }
      this.threads = threads;
      return this;
    }

    /**
     * {@code auto}, {@code io_uring}, {@code epoll}, {@code kqueue} or {@code nio}. Default: system property {@code sluice.engine}, else
     * auto. An engine that is named must be usable: {@link #build()} fails otherwise.
     */
    public Builder engine(String engine) {
      this.engine = engine;
      return this;
    }

    /** {@code auto}, {@code jni}, {@code ffm} or {@code jna}. Default: system property {@code sluice.binding}, else auto. */
    public Builder binding(String binding) {
      this.binding = binding;
      return this;
    }

    /** Makes the loops' threads; default: daemon threads named {@code sluice-GROUP-INDEX}. */
    public Builder threadFactory(ThreadFactory threadFactory) {
      this.threadFactory = threadFactory;
      return this;
    }

    /** The loops get no threads: the caller drives each with {@link EventLoop#turn}. */
    public Builder callerDriven() {
      this.callerDriven = true;
      return this;
    }

    /**
     * The receive pool of each loop.
     *
     * @param bytes of one buffer, 256 to 1 MiB
     * @param count a power of two, 16 to 32768
     */
    public Builder receiveBuffers(int bytes, int count) {
      if (bytes < 256 || bytes > 1 << 20) {
        throw new IllegalArgumentException("receive buffer bytes " + bytes + " is not within 256 to " + (1 << 20));
      }
      if (count < 16 || count > 32768 || Integer.bitCount(count) != 1) {
        throw new IllegalArgumentException(
            "receive buffer count " + count + " is not a power of two within 16 to 32768");
      }
      if ((long) bytes * count > Integer.MAX_VALUE) {
        throw new IllegalArgumentException(
            "receive pool of " + bytes + " x " + count + " bytes is larger than " + Integer.MAX_VALUE);
      }
      this.receiveBufferBytes = bytes;
      this.receiveBufferCount = count;
      return this;
    }

    /** Most memory for copied, not yet sent data per loop, in bytes, 1 MiB to 1 TiB; beyond it sends are rejected. */
    public Builder sendMemoryLimit(long bytes) {
      if (bytes < 1 << 20 || bytes > 1L << 40) {
        throw new IllegalArgumentException(
            "sendMemoryLimit " + bytes + " is not within " + (1 << 20) + " to " + (1L << 40));
      }
      this.sendMemoryLimitBytes = bytes;
      return this;
    }

    /**
     * How long a callback or task may keep a loop before it is reported as stalled, once per stall: with the stack of the
     * loop's thread in the log and the flight recorder, and in {@link LoopMetric#STALLS}. A watching thread notices it up to
     * a quarter of the threshold later.
     *
     * @param threshold {@link #MIN_STALL_THRESHOLD} to {@link #MAX_STALL_THRESHOLD}; zero: loops are not watched. Default
     *     {@link #DEFAULT_STALL_THRESHOLD}
     */
    public Builder stallThreshold(Duration threshold) {
      boolean off = threshold.isZero();
      if (!off && (threshold.compareTo(MIN_STALL_THRESHOLD) < 0 || threshold.compareTo(MAX_STALL_THRESHOLD) > 0)) {
        throw new IllegalArgumentException(
            "stallThreshold " + threshold + " is neither zero (off) nor within " + MIN_STALL_THRESHOLD + " to "
                + MAX_STALL_THRESHOLD);
      }
      this.stallThreshold = threshold;
      return this;
    }

    /**
     * Whether leases are checked: their mistakes are found and located, for garbage and copies per message. See {@link
     * BufferLease}. Default: system property {@code sluice.leases} is {@code checked}.
     */
    public Builder checkedLeases(boolean checked) {
      this.checkedLeases = checked;
      return this;
    }

    /** Null: as the system property says. */
    public Boolean checkedLeases() {
      return checkedLeases;
    }

    public Duration stallThreshold() {
      return stallThreshold;
    }

    public int threads() {
      return threads;
    }

    public String engine() {
      return engine;
    }

    public String binding() {
      return binding;
    }

    public ThreadFactory threadFactory() {
      return threadFactory;
    }

    public boolean isCallerDriven() {
      return callerDriven;
    }

    public int receiveBufferBytes() {
      return receiveBufferBytes;
    }

    public int receiveBufferCount() {
      return receiveBufferCount;
    }

    public long sendMemoryLimitBytes() {
      return sendMemoryLimitBytes;
    }

    /**
     * Opens the loops.
     *
     * @throws EngineUnavailableException when the engine or binding asked for cannot be used; the message says why
     */
    public EventLoopGroup build() {
      return LoopGroup.open(this);
    }
  }
}
