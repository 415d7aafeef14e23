package io.sluice.internal.jfr;

import io.sluice.CloseReason;
import io.sluice.Connection;
import io.sluice.UdpSocket;
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
        Class.forName("jdk.jfr.Event", false, Events.class.getClassLoader());
        return JfrEvents.listening();
      } catch (ClassNotFoundException | LinkageError absent) {
        // The module jdk.jfr is not part of this runtime.
      }
    }
    return new Events();
  }

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

  /** Any thread. */
  public void listenerState(SocketAddress address, Enum<?> before, Enum<?> now, String cause) {}

  /** Any thread. */
  public void loopStalled(String loop, Thread thread, long nanos, StackTraceElement[] trace) {}

  /** Any thread. */
  public void leaseMisused(String loop, String what, Throwable place) {}
}
