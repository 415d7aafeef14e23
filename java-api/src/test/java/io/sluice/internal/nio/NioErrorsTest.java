package io.sluice.internal.nio;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.internal.abi.Abi;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.Test;

class NioErrorsTest {
  private static void expect(int code, int errno, Throwable e) {
    assertEquals(code, NioErrors.code(NioErrors.of(e)), e.toString());
    assertEquals(errno, NioErrors.errno(NioErrors.of(e)), e.toString());
  }

  @Test
  void theTextOfTheSystemDecides() {
    expect(Abi.ECONNRESET, 104, new SocketException("Connection reset"));
    expect(Abi.ECONNRESET, 104, new IOException("Connection reset by peer"));
    expect(Abi.EPIPE, 32, new IOException("Broken pipe"));
    expect(Abi.ECONNREFUSED, 111, new ConnectException("Connection refused"));
    expect(Abi.ETIMEDOUT, 110, new ConnectException("Connection timed out"));
    expect(Abi.ENETUNREACH, 101, new SocketException("Network is unreachable"));
    expect(Abi.EADDRINUSE, 98, new BindException("Address already in use"));
    expect(Abi.EPERM, 13, new BindException("Permission denied"));
    expect(Abi.EADDRNOTAVAIL, 99, new BindException("Cannot assign requested address"));
    expect(Abi.EMFILE, 24, new IOException("Too many open files"));
    expect(Abi.EMFILE, 23, new IOException("Too many open files in system"));
  }

  @Test
  void theClassDecidesWhereTheTextIsForeign() {
    expect(Abi.ECONNREFUSED, 111, new ConnectException("Verbindungsaufbau abgelehnt"));
    expect(Abi.EADDRINUSE, 98, new BindException("Die Adresse wird bereits verwendet"));
    expect(Abi.EHOSTUNREACH, 113, new NoRouteToHostException("Keine Route zum Zielrechner"));
    expect(Abi.ENOENT, 2, new NoSuchFileException("/x"));
    expect(Abi.EPERM, 13, new AccessDeniedException("/x"));
    expect(Abi.ENOTCONN, 107, new ClosedChannelException());
  }

  @Test
  void theRestIsNamedOther() {
    expect(Abi.EOTHER, 0, new IOException("something new"));
    expect(Abi.EOTHER, 0, new IOException());
    expect(Abi.ENOTSUP, 0, new UnsupportedOperationException());
    expect(Abi.EINVAL, 0, new IllegalArgumentException());
  }
}
