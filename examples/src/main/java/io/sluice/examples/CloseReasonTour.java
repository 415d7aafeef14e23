package io.sluice.examples;

import io.sluice.BufferLease;
import io.sluice.CloseReason;
import io.sluice.ConnectOptions;
import io.sluice.Connection;
import io.sluice.ConnectionHandler;
import io.sluice.EventLoopGroup;
import io.sluice.ListenOptions;
import io.sluice.Listener;
import io.sluice.TransportException;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Lets a FIN, an RST and a refusal happen, and prints the typed reason that Sluice gives for each. */
final class CloseReasonTour {
  private static final int PATIENCE_SECONDS = 10;

  private final EventLoopGroup group;
  private final PrintStream out;
  private final BlockingQueue<CloseReason> reasons = new LinkedBlockingQueue<>();
  private int faults;

  CloseReasonTour(EventLoopGroup group, PrintStream out) {
    this.group = group;
    this.out = out;
  }

  /** @return how many of them were not reported as they should have been */
  int run() throws IOException, InterruptedException {
    InetSocketAddress loopback = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    Listener listener = group.listen(loopback, ListenOptions.defaults(), connection -> new Recorder());
    listener.ready().toCompletableFuture().join();
    show("FIN (client closes)", clientEnds(listener.port(), false), CloseReason.Kind.PEER_CLOSE);
    show("RST (client closes with SO_LINGER 0)", clientEnds(listener.port(), true), CloseReason.Kind.PEER_RESET);
    show("connect, nobody listens", refused(), CloseReason.Kind.REFUSED);
    listener.close().toCompletableFuture().join();
    return faults;
  }

  private CloseReason clientEnds(int port, boolean reset) throws IOException, InterruptedException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(PATIENCE_SECONDS * 1000);
      // An echoed byte proves that the server has the connection: an earlier RST would only be seen by its kernel.
      socket.getOutputStream().write(1);
      if (socket.getInputStream().read() != 1) {
        throw new IOException("no echo");
      }
      if (reset) {
        socket.setSoLinger(true, 0);
      }
    }
    return reasons.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  private CloseReason refused() throws IOException, InterruptedException {
    InetSocketAddress nobody;
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      nobody = new InetSocketAddress(taken.getInetAddress(), taken.getLocalPort());
    }
    try {
      Connection connection = group.connect(nobody, ConnectOptions.defaults(), new Recorder())
          .toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      connection.abort();
      throw new IOException("somebody listens on " + nobody + " after all");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof TransportException cause) {
        return cause.reason();
      }
      throw new IOException("connect failed with " + e.getCause(), e);
    } catch (TimeoutException e) {
      return null;
    }
  }

  private void show(String what, CloseReason reason, CloseReason.Kind expected) {
    if (reason == null) {
      out.println("  " + what + ": WRONG, nothing was reported within " + PATIENCE_SECONDS + " s");
      faults++;
      return;
    }
    boolean right = reason.kind() == expected;
    out.println("  " + what + ": " + (right ? "" : "WRONG, not " + expected + ": ") + CloseReasons.line(reason));
    if (!right) {
      faults++;
    }
  }

  private final class Recorder implements ConnectionHandler {
    @Override
    public void onData(Connection connection, BufferLease data) {
      connection.send(data);
    }

    @Override
    public void onClosed(Connection connection, CloseReason reason) {
      reasons.add(reason);
    }
  }
}
