package io.sluice.internal.jfr;

import io.sluice.CloseReason;
import io.sluice.Connection;
import io.sluice.UdpSocket;
import io.sluice.sctp.SctpAssociation;
import io.sluice.sctp.SctpClose;
import java.net.SocketAddress;

/**
 * What happens to connections, listeners and loops, told to the flight recorder if there is one and if it wants to know.
 * Callers hand over what they have at hand: nothing is formatted or allocated for an event that is switched off.
 */
public class Events {
  /** {@code -Dsluice.jfr=false} switches all events off for good. */
  private static final String SWITCH = "sluice.jfr";

  public static final Events INSTANCE = load();

  Events() {}

  private static Events load() {
    if (Boolean.parseBoolean(System.getProperty(SWITCH, "true"))) {
      try {
        return JfrEvents.make();
      } catch (LinkageError absent) {
        // The module jdk.jfr is not part of this runtime.
      }
    }
    return new Events();
  }

  /**
   * Has the recorder tell when somebody sets it up, so that the first event after that finds everything prepared. Until then each event
   * asks whether there is one. Not part of a start, because it costs one some 15 ms. Any thread, any number of times.
   */
  public void listen() {}

  /** On the connection's loop. */
  public void connectionOpened(Connection c, boolean accepted) {}

  /**
   * On the connection's loop.
   *
   * @param openedNanos {@code System.nanoTime()} when it was opened
   * @param received bytes delivered to the handler
   * @param taken bytes that {@code send} took
   */
  public void connectionClosed(Connection c, CloseReason why, long openedNanos, long received, long taken) {}

  /**
   * On the socket's loop.
   *
   * @param why null: it was opened
   */
  public void udpSocket(UdpSocket socket, CloseReason why) {}

  /** On the association's loop. */
  public void associationOpened(SctpAssociation a) {}

  /**
   * On the association's loop.
   *
   * @param openedNanos {@code System.nanoTime()} when it was opened
   */
  public void associationClosed(SctpAssociation a, SctpClose why, long openedNanos) {}

  /** Any thread. */
  public void listenerState(SocketAddress address, Enum<?> before, Enum<?> now, String cause) {}

  /** Any thread. */
  public void loopStalled(String loop, Thread thread, long nanos, StackTraceElement[] trace) {}

  /** Any thread. */
  public void leaseMisused(String loop, String what, Throwable place) {}
}
