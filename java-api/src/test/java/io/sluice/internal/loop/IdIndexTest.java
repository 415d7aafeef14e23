package io.sluice.internal.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.ConnectionOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What is in is found, what is out is not, also by another thread while entries come, go and move to a new array. */
class IdIndexTest {
  private static final Settings SETTINGS = new Settings(ConnectionOptions.defaults(), false);

  private static StreamConnection connection() {
    return new StreamConnection(null, 1L, SETTINGS);
  }

  @Test
  void findsExactlyWhatIsIn() {
    IdIndex index = new IdIndex();
    Random random = new Random(3);
    List<StreamConnection> in = new ArrayList<>();
    List<StreamConnection> out = new ArrayList<>();
    for (int i = 0; i < 60_000; i++) {
      // Grows to a thousand, then shrinks to nothing, again and again.
      if (random.nextInt(1000) < (i / 3000 % 2 == 0 ? 700 : 300) || in.isEmpty()) {
        StreamConnection c = connection();
        index.put(c);
        in.add(c);
      } else {
        StreamConnection c = in.remove(random.nextInt(in.size()));
        index.remove(c);
        index.remove(c);
        out.add(c);
      }
      if (i % 997 == 0) {
        in.forEach(c -> assertSame(c, index.find(c.id)));
        out.forEach(c -> assertNull(index.find(c.id)));
      }
    }
    in.forEach(index::remove);
    in.forEach(c -> assertNull(index.find(c.id)));
  }

  @Test
  void anotherThreadAlwaysFindsWhatStays() throws Exception {
    IdIndex index = new IdIndex();
    List<StreamConnection> staying = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      staying.add(connection());
      index.put(staying.get(i));
    }
    AtomicBoolean stop = new AtomicBoolean();
    AtomicLong missed = new AtomicLong();
    AtomicLong found = new AtomicLong();
    Thread reader =
        new Thread(
            () -> {
              while (!stop.get()) {
                for (StreamConnection c : staying) {
                  (index.find(c.id) == c ? found : missed).incrementAndGet();
                }
              }
            });
    reader.start();
    List<StreamConnection> passing = new ArrayList<>();
    for (int i = 0; i < 400_000 || found.get() == 0; i++) {
      StreamConnection c = connection();
      index.put(c);
      passing.add(c);
      if (passing.size() > i / 500 % 400) {
        index.remove(passing.remove(0));
        if (!passing.isEmpty()) {
          index.remove(passing.remove(passing.size() / 2));
        }
      }
    }
    stop.set(true);
    reader.join();
    assertEquals(0, missed.get());
    assertTrue(found.get() > 0);
  }
}
