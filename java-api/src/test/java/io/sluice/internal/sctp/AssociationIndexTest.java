package io.sluice.internal.sctp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.sluice.sctp.SctpOptions;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AssociationIndexTest {
  private static Association any() {
    return new Association(null, null, SctpOptions.defaults(), null, null, null, false);
  }

  /** The same random steps on a HashMap, with ids as C makes them: generation and small index. */
  @Test
  void itFindsWhatAMapFinds() {
    Random dice = new Random(11);
    AssociationIndex index = new AssociationIndex();
    Map<Long, Association> map = new HashMap<>();
    for (int i = 0; i < 20_000; i++) {
      long id = (long) (1 + dice.nextInt(50)) << 32 | dice.nextInt(40);
      if (map.containsKey(id)) {
        if (dice.nextInt(3) > 0) {
          map.remove(id);
          index.remove(id);
        }
      } else {
        Association a = any();
        map.put(id, a);
        index.put(id, a);
      }
      assertEquals(map.size(), index.count());
      long asked = (long) (1 + dice.nextInt(50)) << 32 | dice.nextInt(40);
      assertSame(map.get(asked), index.get(asked));
    }
    map.forEach((id, a) -> assertSame(a, index.get(id)));
    assertEquals(map.size(), index.all().length);
  }

  @Test
  void removingWhatIsNotThereChangesNothing() {
    AssociationIndex index = new AssociationIndex();
    Association a = any();
    index.put(1, a);
    index.remove(17);
    assertSame(a, index.get(1));
    assertNull(index.get(17));
    assertEquals(1, index.count());
  }
}
