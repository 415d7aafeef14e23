package io.sluice.examples;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Clients that know nothing of Sluice: blocking {@link Socket}s of the JDK, one thread each. Every client sends bytes that
 * follow from its number, in messages of many sizes, and compares every byte that comes back.
 */
final class EchoClients {
  /** The largest message; sizes run from 1 to here. */
  static final int MAX_MESSAGE_BYTES = 16 << 10;
  /** A client that hears nothing for so long has found a fault. */
  static final int READ_TIMEOUT_MILLIS = 30_000;

  /**
   * @param messages messages echoed
   * @param bytes verified bytes, each way
   * @param faults one sentence for every client that did not get what it should have
   */
  record Totals(int clients, long messages, long bytes, List<String> faults) {}

  private record Count(long messages, long bytes) {}

  private EchoClients() {}

  static Totals run(int port, int clients, long bytesPerClient) throws InterruptedException {
    ExecutorService threads = Executors.newFixedThreadPool(clients);
    try {
      List<Future<Count>> running = new ArrayList<>();
      for (int i = 0; i < clients; i++) {
        long identity = i;
        running.add(threads.submit(() -> converse(port, identity, bytesPerClient)));
      }
      long messages = 0;
      long bytes = 0;
      List<String> faults = new ArrayList<>();
      for (int i = 0; i < clients; i++) {
        try {
          Count count = running.get(i).get();
          messages += count.messages();
          bytes += count.bytes();
        } catch (ExecutionException e) {
          faults.add("client " + i + ": " + e.getCause());
        }
      }
      return new Totals(clients, messages, bytes, faults);
    } finally {
      threads.shutdownNow();
    }
  }

  private static Count converse(int port, long identity, long bytesWanted) throws IOException {
    ByteStream sent = new ByteStream(identity);
    ByteStream expected = new ByteStream(identity);
    ByteStream sizes = new ByteStream(~identity);
    byte[] out = new byte[MAX_MESSAGE_BYTES];
    byte[] in = new byte[MAX_MESSAGE_BYTES];
    long messages = 0;
    long bytes = 0;
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), READ_TIMEOUT_MILLIS);
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(READ_TIMEOUT_MILLIS);
      OutputStream toServer = socket.getOutputStream();
      InputStream fromServer = socket.getInputStream();
      while (bytes < bytesWanted) {
        int random = (sizes.next() & 0xff) << 8 | sizes.next() & 0xff;
        int length = (int) Math.min(1 + random % MAX_MESSAGE_BYTES, bytesWanted - bytes);
        sent.fill(out, length);
        toServer.write(out, 0, length);
        if (fromServer.readNBytes(in, 0, length) < length) {
          throw new EOFException("the server closed the connection after " + bytes + " bytes");
        }
        verify(in, length, expected, bytes);
        bytes += length;
        messages++;
      }
      socket.shutdownOutput();
      if (fromServer.read() != -1) {
        throw new IOException("the server sent more than it was sent");
      }
    }
    return new Count(messages, bytes);
  }

  private static void verify(byte[] in, int length, ByteStream expected, long position) throws IOException {
    for (int i = 0; i < length; i++) {
      byte want = expected.next();
      if (in[i] != want) {
        throw new IOException("byte " + (position + i) + " is " + in[i] + ", sent was " + want);
      }
    }
  }
}
