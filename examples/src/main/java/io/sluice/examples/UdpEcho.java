package io.sluice.examples;

import io.sluice.BufferLease;
import io.sluice.DatagramInfo;
import io.sluice.EngineUnavailableException;
import io.sluice.EventLoopGroup;
import io.sluice.SendResult;
import io.sluice.TransportException;
import io.sluice.UdpError;
import io.sluice.UdpHandler;
import io.sluice.UdpOptions;
import io.sluice.UdpSocket;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.LongAdder;

/**
 * An echo server over UDP, with one socket per loop on the same port. Prints one line when it is bound, and serves until the
 * process is told to end. Try it with {@code nc -u 127.0.0.1 7007}.
 */
public final class UdpEcho implements AutoCloseable {
  static final String USAGE = "usage: UdpEcho [--port N] [--threads N] " + GroupSettings.USAGE;
  static final int DEFAULT_PORT = 7007;

  /** Sends back what comes. It has no state but counters, so one object serves every loop. */
  static final class Echo implements UdpHandler {
    /** Answers that were not sent: the queue was full, or the system refused them. */
    final LongAdder lost = new LongAdder();

    @Override
    public void onDatagram(UdpSocket socket, BufferLease data, DatagramInfo info) {
      if (info.isTruncated()) {
        lost.increment(); // Half an answer is worse than none.
        return;
      }
      SendResult result = socket.reply(data, info); // The received buffer itself: nothing is copied.
      if (result == SendResult.SATURATED) {
        socket.pauseReading(); // What comes now waits in the kernel, which drops what is too much.
      } else if (!result.accepted()) {
        lost.increment();
      }
    }

    @Override
    public void onWritable(UdpSocket socket) {
      socket.resumeReading();
    }

    @Override
    public void onError(UdpSocket socket, UdpError error) {
      lost.increment(); // One datagram's affair: the client is gone, say. The others are served on.
    }
  }

  private final EventLoopGroup group;
  private final List<UdpSocket> sockets;

  private UdpEcho(EventLoopGroup group, List<UdpSocket> sockets) {
    this.group = group;
    this.sockets = sockets;
  }

  public static void main(String[] args) throws InterruptedException {
    UdpEcho server = startOrNull(args, System.err);
    if (server == null) {
      return;
    }
    Runtime.getRuntime().addShutdownHook(new Thread(server::close, "udp-echo-shutdown"));
    System.out.println(server);
    new CountDownLatch(1).await();
  }

  private static UdpEcho startOrNull(String[] args, PrintStream err) {
    int exitCode;
    try {
      Arguments arguments =
          Arguments.parse(args, "--port", GroupSettings.THREADS, GroupSettings.ENGINE, GroupSettings.BINDING);
      int port = arguments.integer("--port", DEFAULT_PORT, 0, 65535);
      GroupSettings group = GroupSettings.from(arguments, Runtime.getRuntime().availableProcessors());
      return start(new InetSocketAddress(port), group, new Echo());
    } catch (Arguments.InvalidException e) {
      err.println("UdpEcho: " + e.getMessage());
      err.println(USAGE);
      exitCode = Arguments.EXIT_BAD_ARGUMENTS;
    } catch (EngineUnavailableException | IOException e) {
      err.println("UdpEcho: " + e.getMessage());
      exitCode = Arguments.EXIT_FAILED;
    }
    System.exit(exitCode);
    return null;
  }

  /** Returns when the sockets are bound. */
  static UdpEcho start(InetSocketAddress address, GroupSettings settings, Echo handler) throws IOException {
    EventLoopGroup group = settings.open();
    try {
      return new UdpEcho(
          group, group.bindUdpOnEveryLoop(address, UdpOptions.defaults(), loop -> handler).toCompletableFuture().join());
    } catch (CompletionException e) {
      group.close();
      if (e.getCause() instanceof TransportException cause) {
        throw cause;
      }
      throw e;
    }
  }

  int port() {
    return sockets.get(0).localAddress().getPort();
  }

  @Override
  public void close() {
    group.close();
  }

  @Override
  public String toString() {
    io.sluice.EngineReport report = group.report();
    return "udp echo on " + port() + ", sockets=" + sockets.size() + " engine=" + report.engine() + " binding=" + report.binding();
  }
}
