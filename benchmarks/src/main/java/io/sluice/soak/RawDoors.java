package io.sluice.soak;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** Listeners of the JDK, the threads of raw sides, and a TCP address where nobody listens. */
final class RawDoors implements AutoCloseable {
  private static final int BACKLOG = 1024;
  private static final int LIMIT_SECONDS = 20;

  private final Round round;
  private final ExecutorService threads = Executors.newCachedThreadPool(r -> new Thread(r, "soak-raw"));
  private final ServerSocketChannel tcp;
  private final ServerSocketChannel unix;
  private final Path unixPath;
  /** Bound, so that nobody gets the port, and not listening. */
  private final SocketChannel nobody;
  private final Path nobodyPath;

  RawDoors(Round round, Path folder) throws IOException {
    this.round = round;
    unixPath = folder.resolve("raw");
    nobodyPath = folder.resolve("nobody");
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    tcp = ServerSocketChannel.open().bind(any, BACKLOG);
    unix = ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(unixPath), BACKLOG);
    nobody = SocketChannel.open().bind(any);
    threads.execute(() -> accept(tcp));
    threads.execute(() -> accept(unix));
  }

  SocketAddress address(Door door) throws IOException {
    return door == Door.RAW_TCP ? tcp.getLocalAddress() : unix.getLocalAddress();
  }

  SocketAddress nobody(boolean unixSocket) throws IOException {
    return unixSocket ? UnixDomainSocketAddress.of(nobodyPath) : nobody.getLocalAddress();
  }

  void execute(Runnable task) {
    threads.execute(task);
  }

  private void accept(ServerSocketChannel server) {
    while (true) {
      try {
        SocketChannel channel = server.accept();
        threads.execute(() -> serve(channel));
      } catch (AsynchronousCloseException e) {
        return;
      } catch (IOException e) {
        if (!server.isOpen()) {
          return;
        }
        round.faults.add("a JDK listener failed: " + e);
        return;
      }
    }
  }

  private void serve(SocketChannel channel) {
    try {
      RawSide.accepted(round, channel);
    } catch (IOException e) {
      // Without a header nothing is known about that connection; a reset is one of the things that happen to it.
    }
  }

  @Override
  public void close() throws IOException, InterruptedException {
    tcp.close();
    unix.close();
    nobody.close();
    Files.deleteIfExists(unixPath);
    threads.shutdown();
    if (!threads.awaitTermination(LIMIT_SECONDS, TimeUnit.SECONDS)) {
      round.faults.add("JDK sockets did not see the end of their peers\n" + round.stuck(20));
    }
  }
}
