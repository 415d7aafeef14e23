package io.sluice.api;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;

/** Refuses connections until it is closed. A port that is merely free may be another process's a moment later. */
public final class RefusingPort implements AutoCloseable {
  private final Socket bound = new Socket(); // and listens to nobody

  public RefusingPort() throws IOException {
    bound.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  public InetSocketAddress address() {
    return (InetSocketAddress) bound.getLocalSocketAddress();
  }

  @Override
  public void close() throws IOException {
    bound.close();
  }
}
