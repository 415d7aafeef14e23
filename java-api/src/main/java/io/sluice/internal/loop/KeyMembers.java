package io.sluice.internal.loop;

import io.sluice.Connection;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;

/**
 * The connections under one key, in the order of registration: an array while they are few, a set when they are many. One that
 * has become empty is retired, so that the map of keys does not grow with keys that are gone; who finds a retired one makes a
 * new one. Any thread.
 */
final class KeyMembers {
  /** From here on a set, so that taking one out does not walk over all. */
  private static final int MANY = 16;

  /** What came of an attempt to join. */
  enum Answer {
    IN,
    /** The connection has ended. */
    REFUSED,
    RETIRED
  }

  final Object key;
  private final KeyIndex index;
  private StreamConnection[] few = new StreamConnection[1];
  private int count;
  /** Null while they are few. Connections have the equality of identity. */
  private LinkedHashSet<StreamConnection> many;
  private boolean retired;

  KeyMembers(KeyIndex index, Object key) {
    this.index = index;
    this.key = key;
  }

  Answer add(StreamConnection c) {
    boolean empty;
    Answer answer;
    synchronized (this) {
      if (retired) {
        return Answer.RETIRED;
      }
      answer = join(c);
      empty = retireIfEmpty();
    }
    if (empty) {
      index.retired(this); // Not under the lock: it calls the key's equals.
    }
    return answer;
  }

  private Answer join(StreamConnection c) {
    for (;;) {
      Object keys = c.keys;
      if (keys == KeyIndex.ENDED) {
        return Answer.REFUSED;
      }
      if (isIn(keys)) {
        return Answer.IN;
      }
      if (KeyIndex.KEYS.compareAndSet(c, keys, with(keys))) {
        insert(c);
        return Answer.IN;
      }
    }
  }

  /** By {@code unregister}. Returns whether it was in. */
  boolean remove(StreamConnection c) {
    boolean was;
    boolean empty;
    synchronized (this) {
      was = takeOut(c);
      Object keys = c.keys;
      while (was && keys != KeyIndex.ENDED && !KeyIndex.KEYS.compareAndSet(c, keys, without(keys))) {
        keys = c.keys;
      }
      empty = retireIfEmpty();
    }
    if (empty) {
      index.retired(this);
    }
    return was;
  }

  /** By the end of the connection. */
  void drop(StreamConnection c) {
    boolean empty;
    synchronized (this) {
      takeOut(c);
      empty = retireIfEmpty();
    }
    if (empty) {
      index.retired(this);
    }
  }

  synchronized List<Connection> list() {
    List<Connection> all = new ArrayList<>(count);
    if (many != null) {
      all.addAll(many);
    } else {
      all.addAll(Arrays.asList(few).subList(0, count));
    }
    return Collections.unmodifiableList(all);
  }

  // ------------------------------------------------------------------------------------------- under the lock

  /** Whether it was retired by this very call. */
  private boolean retireIfEmpty() {
    if (count > 0 || retired) {
      return false;
    }
    retired = true;
    return true;
  }

  private void insert(StreamConnection c) {
    if (many == null && count == MANY) {
      many = new LinkedHashSet<>(Arrays.asList(few));
      few = null;
    }
    if (many != null) {
      many.add(c);
    } else {
      if (count == few.length) {
        few = Arrays.copyOf(few, count * 2);
      }
      few[count] = c;
    }
    count++;
  }

  /** By identity: another connection of the same key is never meant. */
  private boolean takeOut(StreamConnection c) {
    if (many != null) {
      boolean was = many.remove(c);
      count = many.size();
      return was;
    }
    for (int i = 0; i < count; i++) {
      if (few[i] == c) {
        System.arraycopy(few, i + 1, few, i, count - i - 1);
        few[--count] = null;
        return true;
      }
    }
    return false;
  }

  // ------------------------------------------------------------------------------------------- what a connection knows

  private boolean isIn(Object keys) {
    return keys == this || keys instanceof KeyMembers[] several && Arrays.asList(several).contains(this);
  }

  private Object with(Object keys) {
    if (keys == null) {
      return this;
    }
    if (keys instanceof KeyMembers one) {
      return new KeyMembers[] {one, this};
    }
    KeyMembers[] several = (KeyMembers[]) keys;
    KeyMembers[] more = Arrays.copyOf(several, several.length + 1);
    more[several.length] = this;
    return more;
  }

  private Object without(Object keys) {
    if (keys == this) {
      return null;
    }
    List<KeyMembers> rest = new ArrayList<>(Arrays.asList((KeyMembers[]) keys));
    rest.remove(this);
    return rest.size() == 1 ? rest.get(0) : rest.toArray(new KeyMembers[0]);
  }
}
