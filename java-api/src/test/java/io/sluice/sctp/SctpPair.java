package io.sluice.sctp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.EventLoopGroup;
import io.sluice.api.Await;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Supplier;

/** A listening group and a connecting one on the loopback interface, with handlers that can be waited for. */
final class SctpPair implements AutoCloseable {
  static final int PORT = 5000;

  final EventLoopGroup serverGroup;
  final EventLoopGroup clientGroup;
  final SctpTransport serverSide;
  final SctpTransport clientSide;
  final SctpListener listener;
  /** Handlers of accepted associations, in order. */
  final BlockingQueue<SctpRecorder> accepted = new LinkedBlockingQueue<>();
  private final List<SctpRecorder> all = new CopyOnWriteArrayList<>();

  SctpPair(SctpCell cell) {
    this(cell, SctpOptions.defaults().withLiveness(SctpLiveness.FAST), SctpStackOptions.defaults(), SctpRecorder::new);
  }

  SctpPair(SctpCell cell, Supplier<SctpRecorder> handlers) {
    this(cell, SctpOptions.defaults().withLiveness(SctpLiveness.FAST), SctpStackOptions.defaults(), handlers);
  }

  SctpPair(SctpCell cell, SctpOptions options, SctpStackOptions limits, Supplier<SctpRecorder> handlers) {
    serverGroup = cell.group();
    clientGroup = cell.group();
    try {
      serverSide = cell.transport(serverGroup, limits);
      clientSide = cell.transport(clientGroup, limits);
      listener =
          serverSide.listen(
              cell.local(PORT), options,
              a -> {
                SctpRecorder r = handlers.get();
                all.add(r);
                accepted.add(r);
                return r;
              });
      Await.value(listener.ready());
    } catch (Throwable t) {
      serverGroup.close();
      clientGroup.close();
      throw t;
    }
  }

  static InetSocketAddress loopback(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  static ByteBuffer text(String s) {
    return ByteBuffer.wrap(s.getBytes(StandardCharsets.UTF_8));
  }

  SctpAddress address() {
    return listener.addresses().get(0);
  }

  SctpAssociation connect(SctpRecorder r) {
    return connect(r, SctpOptions.defaults().withLiveness(SctpLiveness.FAST));
  }

  SctpAssociation connect(SctpRecorder r, SctpOptions options) {
    all.add(r);
    return Await.value(clientSide.connect(address(), options, r));
  }

  /** Without waiting for peers; then no handler may have seen what it must not. */
  @Override
  public void close() {
    clientGroup.shutdown(Duration.ZERO);
    serverGroup.shutdown(Duration.ZERO);
    clientGroup.close();
    serverGroup.close();
    for (SctpRecorder r : all) {
      assertEquals(null, r.fault.getNow(null));
      assertEquals(r.opened.isDone() ? 1 : 0, r.count("closed"), "calls of onClosed: " + r.events);
    }
  }
}
