package io.sluice.benchmarks.start;

import io.sluice.BufferLease;
import io.sluice.Connection;
import io.sluice.ConnectionHandler;
import io.sluice.EventLoopGroup;
import io.sluice.ListenOptions;
import io.sluice.Listener;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Iterator;

/**
 * One start: an echo server and one message through it, in a fresh JVM. Prints the microseconds from the beginning of {@code
 * main} to the group being built and to the echo being back, and those of processor time of the whole process until then. {@code plain} is the smallest selector loop; anything else
 * takes engine and binding from the system properties.
 */
final class FirstEcho implements ConnectionHandler {
  private static final int MESSAGE = 42;

  private FirstEcho() {}

  public static void main(String[] args) throws Exception {
    long start = System.nanoTime();
    if (args.length > 0 && args[0].equals("plain")) {
      plain(start);
    } else {
      sluice(start);
    }
  }

  private static void sluice(long start) throws Exception {
    try (EventLoopGroup group = EventLoopGroup.builder().threads(1).build()) {
      long built = System.nanoTime();
      Listener listener = group.listen(loopback(), ListenOptions.defaults(), c -> new FirstEcho());
      listener.ready().toCompletableFuture().join();
      echo(listener.port());
      print(start, built);
    }
  }

  @Override
  public void onData(Connection c, BufferLease data) {
    c.send(data);
  }

  private static void plain(long start) throws Exception {
    try (Selector selector = Selector.open();
        ServerSocketChannel server = ServerSocketChannel.open()) {
      server.bind(loopback());
      server.configureBlocking(false);
      server.register(selector, SelectionKey.OP_ACCEPT);
      Thread loop = new Thread(() -> select(selector));
      loop.setDaemon(true);
      loop.start();
      long built = System.nanoTime();
      echo(((InetSocketAddress) server.getLocalAddress()).getPort());
      print(start, built);
    }
  }

  private static void select(Selector selector) {
    ByteBuffer buffer = ByteBuffer.allocateDirect(8192);
    try {
      while (selector.isOpen()) {
        selector.select();
        for (Iterator<SelectionKey> keys = selector.selectedKeys().iterator(); keys.hasNext(); keys.remove()) {
          SelectionKey key = keys.next();
          if (key.isAcceptable()) {
            SocketChannel accepted = ((ServerSocketChannel) key.channel()).accept();
            accepted.configureBlocking(false);
            accepted.register(selector, SelectionKey.OP_READ);
          } else if (((SocketChannel) key.channel()).read(buffer.clear()) < 0) {
            key.channel().close();
          } else {
            ((SocketChannel) key.channel()).write(buffer.flip());
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static InetSocketAddress loopback() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  private static void echo(int port) throws IOException {
    try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
      client.getOutputStream().write(MESSAGE);
      if (client.getInputStream().read() != MESSAGE) {
        throw new IOException("another byte came back");
      }
    }
  }

  private static void print(long start, long built) {
    long now = System.nanoTime();
    long cpu = ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO).toNanos();
    System.out.println("started " + (built - start) / 1000 + " " + (now - start) / 1000 + " " + cpu / 1000);
    System.out.flush();
    Runtime.getRuntime().halt(0); // What comes after is not measured, and the next one waits.
  }
}
