package io.sluice.contract;

import io.sluice.internal.abi.Abi;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;

/** The other side of a connection: plain blocking JDK sockets, so that one engine never vouches for itself. */
final class Peers {
  static final InetSocketAddress ANY_PORT = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  static final int TIMEOUT_MILLIS = 20_000;

  private Peers() {}

  /** A connection of the engine and the peer's end of it. */
  record Pair(long handle, Socket peer) {
    void write(byte[] data) throws IOException {
      peer.getOutputStream().write(data);
    }

    byte[] read(int bytes) throws IOException {
      byte[] data = peer.getInputStream().readNBytes(bytes);
      if (data.length != bytes) {
        throw new AssertionError("end of stream after " + data.length + " of " + bytes + " bytes");
      }
      return data;
    }

    /** Closes with RST. */
    void reset() throws IOException {
      peer.setSoLinger(true, 0);
      peer.close();
    }
  }

  static Socket connect(InetSocketAddress address) throws IOException {
    Socket s = new Socket();
    s.connect(address, TIMEOUT_MILLIS);
    s.setSoTimeout(TIMEOUT_MILLIS);
    s.setTcpNoDelay(true);
    return s;
  }

  /** One accepted connection on a listener of its own, which is closed again. */
  static Pair accept(RingDriver d, long... options) throws IOException {
    long listener = d.listen();
    long token = submitAccept(d, listener, 0, options);
    Socket s = connect(d.inetAddress(listener));
    Completion c = d.await(token);
    RingDriver.check(c.result(), "ACCEPT " + c);
    RingDriver.check(d.close(listener).result(), "CLOSE of the listener");
    return new Pair(c.handle(), s);
  }

  static long submitAccept(RingDriver d, long listener, int flags, long... options) {
    return d.submit(Abi.OP_ACCEPT, flags, 0, 0, listener, 0, d.scratch.options(options), options.length / 2, 0);
  }

  /** Work of the peer that would block, on a thread of its own. */
  static <T> FutureTask<T> inBackground(Callable<T> work) {
    FutureTask<T> task = new FutureTask<>(work);
    Thread t = new Thread(task, "contract-peer");
    t.setDaemon(true);
    t.start();
    return task;
  }
}
