package io.sluice.internal.loop;

import io.sluice.Connection;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Connections by the application's keys. Any thread.
 *
 * <p>A connection knows the keys it is under ({@link ConnectionCore#keys}), and a {@link KeyMembers} knows its connections.
 * Both change together, under the lock of the key. The end of a connection swaps what it knows for {@link #ENDED}: a
 * registration that came before is in what was swapped out and is undone; one that comes later sees ENDED and is refused.
 *
 * <pre>
 *   connection.keys:   null --> KeyMembers --> KeyMembers[] ...    each change by compare-and-set, under the key's lock
 *                        \            \              \
 *                         +------------+--------------+--end--> ENDED
 * </pre>
 *
 * The loop may wait for the lock of a key of an ending connection; under it runs no code of the application.
 */
final class KeyIndex {
  static final Object ENDED = new Object();
  static final VarHandle KEYS;

  static {
    try {
      KEYS = MethodHandles.lookup().findVarHandle(ConnectionCore.class, "keys", Object.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final ConcurrentHashMap<Object, KeyMembers> members = new ConcurrentHashMap<>();

  boolean register(Object key, StreamConnection connection) {
    for (;;) {
      KeyMembers m = members.computeIfAbsent(key, k -> new KeyMembers(this, k));
      KeyMembers.Answer answer = m.add(connection);
      if (answer != KeyMembers.Answer.RETIRED) {
        return answer == KeyMembers.Answer.IN;
      }
      members.remove(key, m); // Whoever retired it may not have come to this yet.
    }
  }

  boolean unregister(Object key, StreamConnection connection) {
    KeyMembers m = members.get(key);
    return m != null && m.remove(connection);
  }

  List<Connection> get(Object key) {
    KeyMembers m = members.get(key);
    return m == null ? List.of() : m.list();
  }

  int count() {
    return members.size();
  }

  /** It has no members and gets none any more. */
  void retired(KeyMembers m) {
    members.remove(m.key, m);
  }

  /** The connection ends: it is under no key any more, and none will take it. Loop thread. */
  static void leaveAll(StreamConnection connection) {
    Object keys = KEYS.getAndSet(connection, ENDED);
    if (keys instanceof KeyMembers one) {
      leave(one, connection);
    } else if (keys instanceof KeyMembers[] several) {
      for (KeyMembers m : several) {
        leave(m, connection);
      }
    }
  }

  private static void leave(KeyMembers m, StreamConnection connection) {
    try {
      m.drop(connection);
    } catch (Throwable t) {
      // The connection is out. Only an empty shell may stay in the map, when the key cannot be looked up.
      FaultLog.log(FaultLog.Fault.HANDLER, "hashCode or equals of a registry key of connection " + connection.id, t);
    }
  }
}
