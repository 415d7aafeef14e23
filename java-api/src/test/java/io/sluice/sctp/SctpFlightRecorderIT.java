package io.sluice.sctp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.api.Await;
import io.sluice.api.FlightRecording;
import java.util.List;
import jdk.jfr.consumer.RecordedEvent;

/** What the flight recorder gets to know of associations. */
class SctpFlightRecorderIT {
  private static RecordedEvent of(SctpAssociation a, List<RecordedEvent> events) {
    List<RecordedEvent> mine = events.stream().filter(e -> e.getLong("associationId") == a.id()).toList();
    assertEquals(1, mine.size(), () -> a + ": " + events);
    return mine.get(0);
  }

  @OnEverySctpEngine
  void associationsAreRecordedWithTheirReason(SctpCell cell) throws Exception {
    try (FlightRecording recording = new FlightRecording("SctpAssociationOpened", "SctpAssociationClosed");
        SctpPair p = new SctpPair(cell)) {
      SctpAssociation a = p.connect(new SctpRecorder());
      SctpAssociation b = Await.value(Await.next(p.accepted).opened);
      a.abort("recorded");
      Await.value(a.closed());
      Await.value(b.closed());
      RecordedEvent opened = of(b, recording.events("SctpAssociationOpened"));
      assertTrue(opened.getBoolean("accepted"));
      assertEquals(16, opened.getInt("streamsIn"));
      assertEquals(b.remoteAddress().toString(), opened.getString("remote"));
      RecordedEvent closed = of(b, recording.events("SctpAssociationClosed"));
      assertEquals("PEER_ABORT", closed.getString("kind"));
      assertEquals("PEER", closed.getString("initiator"));
      assertEquals(12, closed.getInt("causeCode"));
      assertTrue(closed.getString("detail").contains("\"recorded\""));
      assertTrue(closed.getDuration("openTime").toNanos() > 0);
      assertEquals("LOCAL_ABORT", of(a, recording.events("SctpAssociationClosed")).getString("kind"));
    }
  }
}
