package io.sluice.benchmarks.peers;

import io.sluice.BufferLease;
import io.sluice.Connection;
import io.sluice.ConnectionHandler;
import io.sluice.EngineReport;
import io.sluice.EventLoopGroup;
import io.sluice.ListenOptions;
import io.sluice.Listener;
import io.sluice.SendResult;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * The Sluice echo server: {@code --engine io_uring|epoll|nio --binding jni|ffm|jna} (NIO has no binding) and
 * {@code --port N} or {@code --unix PATH}. One loop thread, default options, received buffers sent back without a copy.
 */
public final class SluiceEcho {
  private SluiceEcho() {}

  public static void main(String[] args) throws IOException, InterruptedException, ExecutionException {
    PeerOptions options = new PeerOptions(args);
    EventLoopGroup.Builder builder =
        EventLoopGroup.builder().threads(1).engine(options.get("--engine", "auto"));
    String binding = options.get("--binding", null);
    if (binding != null) {
      builder.binding(binding);
    }
    EventLoopGroup group = builder.build();
    Listener listener = group.listen(address(options), ListenOptions.defaults(), connection -> Echo.INSTANCE);
    listener.ready().toCompletableFuture().get();
    CompletableFuture<Thread> loopThread = new CompletableFuture<>();
    group.loops().get(0).execute(() -> loopThread.complete(Thread.currentThread()));
    String where = options.unixPath() != null ? options.unixPath() : Integer.toString(listener.port());
    EngineReport report = group.report();
    ServerConsole.serve(where, report.engine(), report.binding(), loopThread.get());
  }

  private static SocketAddress address(PeerOptions options) throws IOException {
    if (options.unixPath() == null) {
      return new InetSocketAddress(InetAddress.getLoopbackAddress(), options.port());
    }
    Path path = Path.of(options.unixPath());
    Files.deleteIfExists(path);
    return UnixDomainSocketAddress.of(path);
  }

  /** Sends back what comes; stops reading from a peer that does not read. */
  private static final class Echo implements ConnectionHandler {
    static final Echo INSTANCE = new Echo();

    @Override
    public void onData(Connection connection, BufferLease data) {
      SendResult result = connection.send(data);
      if (result == SendResult.SATURATED) {
        connection.pauseReading();
      } else if (result == SendResult.REJECTED) {
        connection.abort();
      }
    }

    @Override
    public void onWritable(Connection connection) {
      connection.resumeReading();
    }
  }
}
