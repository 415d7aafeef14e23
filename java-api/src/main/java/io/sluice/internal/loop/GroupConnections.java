package io.sluice.internal.loop;

import io.sluice.Connection;
import io.sluice.ConnectionRegistry;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** The registry of a group: the loops' own tables, one after the other, and the group's keys. Any thread. */
final class GroupConnections implements ConnectionRegistry {
  private final LoopGroup group;
  private final KeyIndex keys = new KeyIndex();

  GroupConnections(LoopGroup group) {
    this.group = group;
  }

  @Override
  public int count() {
    int n = 0;
    for (Loop loop : group.loopList()) {
      n += loop.connections.sharedCount();
    }
    return n;
  }

  @Override
  public Optional<Connection> byId(long id) {
    for (Loop loop : group.loopList()) {
      StreamConnection c = loop.connections.find(id);
      if (c != null) {
        return Optional.of(c);
      }
    }
    return Optional.empty();
  }

  // ------------------------------------------------------------------------------------------- iteration

  private final class Walk implements Iterator<Connection> {
    private int loop;
    private int index;
    private Connection next;

    @Override
    public boolean hasNext() {
      List<Loop> loops = group.loopList();
      while (next == null && loop < loops.size()) {
        ConnectionTable table = loops.get(loop).connections;
        if (index < table.sharedBound()) {
          next = table.sharedAt(index++);
        } else {
          loop++;
          index = 0;
        }
      }
      return next != null;
    }

    @Override
    public Connection next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      Connection c = next;
      next = null;
      return c;
    }
  }

  @Override
  public Iterator<Connection> iterator() {
    return new Walk();
  }

  @Override
  public void forEach(Consumer<? super Connection> action) {
    Objects.requireNonNull(action, "action");
    for (Iterator<Connection> i = iterator(); i.hasNext(); ) {
      action.accept(i.next());
    }
  }

  // ------------------------------------------------------------------------------------------- keys

  private StreamConnection own(Connection connection) {
    Objects.requireNonNull(connection, "connection");
    if (connection instanceof StreamConnection c && c.loop.group == group) {
      return c;
    }
    throw new IllegalArgumentException(connection + " is not a connection of " + group);
  }

  @Override
  public boolean register(Object key, Connection connection) {
    Objects.requireNonNull(key, "key");
    StreamConnection c = own(connection);
    return c.isOpen() && keys.register(key, c);
  }

  @Override
  public boolean unregister(Object key, Connection connection) {
    return keys.unregister(Objects.requireNonNull(key, "key"), own(connection));
  }

  @Override
  public List<Connection> byKey(Object key) {
    return keys.get(Objects.requireNonNull(key, "key"));
  }

  @Override
  public int keyCount() {
    return keys.count();
  }

  // ------------------------------------------------------------------------------------------- broadcast

  @Override
  public BroadcastResult broadcast(ByteBuffer data) {
    Broadcast b = new Broadcast(data);
    forEach(b::send);
    return b.result();
  }

  @Override
  public BroadcastResult broadcastTo(Object key, ByteBuffer data) {
    Broadcast b = new Broadcast(data);
    byKey(key).forEach(b::send);
    return b.result();
  }

  @Override
  public BroadcastResult broadcastIf(Predicate<? super Connection> which, ByteBuffer data) {
    Objects.requireNonNull(which, "which");
    Broadcast b = new Broadcast(data);
    forEach(
        c -> {
          if (which.test(c)) {
            b.send(c);
          }
        });
    return b.result();
  }
}
