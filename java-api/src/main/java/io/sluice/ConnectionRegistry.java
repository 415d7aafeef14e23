package io.sluice;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * The live connections of a group: {@link EventLoopGroup#connections()}.
 *
 * <p>The loops themselves keep it, as part of opening and ending a connection. A connection is in it from just before its
 * handler is made until just before {@link ConnectionHandler#onClosed}: when {@code onOpen} runs it is found by its id and by
 * iteration, when {@code onClosed} runs nothing finds it any more, neither its id nor any key. There is nothing to unregister
 * in {@code onClosed}, and no queue of events in which "gone" could overtake "came".
 *
 * <p>Every method may be called from any thread, also from callbacks. What another thread is told may be out of date at once: a
 * connection that was found may end, and answers {@link SendResult#CLOSED} from then on. A connection whose end has begun
 * (queued data is still being sent) is found until it has ended; {@link Connection#isOpen()} tells.
 *
 * <p><b>Iteration</b> ({@link #forEach}, the iterator, broadcasts) is weakly consistent: it delivers every connection that is
 * there from its beginning to its end exactly once, those that come or go meanwhile at most once, and never one that had
 * ended when the iteration came to it. No lock is held while code of the application runs. An exception that it throws ends
 * the iteration and comes out of the call.
 *
 * <p><b>Keys</b> are what the application knows its peers by: a user, a room, a session. A key has any number of connections,
 * a connection any number of keys. A key must have a stable {@code equals} and {@code hashCode}, as in any map.
 */
public interface ConnectionRegistry extends Iterable<Connection> {
  /** Live connections. */
  int count();

  /** The connection with that {@link Connection#id()}. The cost does not depend on the number of connections. */
  Optional<Connection> byId(long id);

  // ------------------------------------------------------------------------------------------- keys

  /**
   * Puts the connection under a key, also when it is under others. The loop takes it away when the connection ends.
   *
   * @return true when it is there now (or was already); false when the end of the connection has begun. Then it is not there
   *     and will not be, also when the end began while this call ran
   * @throws IllegalArgumentException when the connection belongs to another group
   */
  boolean register(Object key, Connection connection);

  /**
   * Takes this connection away from the key; other connections of the key stay.
   *
   * @return whether it was there
   * @throws IllegalArgumentException when the connection belongs to another group
   */
  boolean unregister(Object key, Connection connection);

  /** A copy of what is under the key, in the order of registration; empty for an unknown key. */
  List<Connection> byKey(Object key);

  /** Keys with at least one connection. */
  int keyCount();

  // ------------------------------------------------------------------------------------------- broadcast

  /**
   * Sends the remaining bytes of {@code data} to every live connection: to each as {@link Connection#send(ByteBuffer)} does,
   * with its bounds and answers, and without waiting. A slow connection does not hold up the others; what to do about those that
   * answered {@link SendResult#REJECTED} is up to the caller.
   *
   * <p>The bytes are copied before the call returns: into the send memory of connections of the calling loop, and once for all
   * other connections together. They count fully against each connection's bounds. Position and limit of {@code data} stay as
   * they are.
   */
  BroadcastResult broadcast(ByteBuffer data);

  /** Like {@link #broadcast}, to the connections of a key. */
  BroadcastResult broadcastTo(Object key, ByteBuffer data);

  /** Like {@link #broadcast}, to the live connections for which the predicate, asked on the calling thread, is true. */
  BroadcastResult broadcastIf(Predicate<? super Connection> which, ByteBuffer data);

  @Override
  void forEach(Consumer<? super Connection> action);

  /**
   * How many connections gave which answer.
   *
   * @param queued {@link SendResult#QUEUED}
   * @param saturated {@link SendResult#SATURATED}: taken, and these should get no more for now
   * @param rejected {@link SendResult#REJECTED}: these did not get the message
   * @param closed {@link SendResult#CLOSED}: these had begun to end
   */
  record BroadcastResult(int queued, int saturated, int rejected, int closed) {
    /** Connections that will get the message. */
    public int accepted() {
      return queued + saturated;
    }

    /** Connections that were asked. */
    public int total() {
      return queued + saturated + rejected + closed;
    }
  }
}
